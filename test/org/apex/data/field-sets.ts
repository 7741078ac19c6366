import { basename, dirname } from 'node:path';
import { mustHaveField, objectNamed } from '../../metadata/schema.ts';
import { childText, type XmlElement } from '../../metadata/source-xml.ts';
import { currentExecution } from '../execution/execution.ts';
import { PlatformObject } from '../runtime/values/apex-object.ts';
import { FieldDescribe } from './describe.ts';

/** A field set as its file states it; `objectName` is in lower case. */
export type FieldSetSource = {
  readonly objectName: string;
  readonly name: string;
  readonly label: string;
  readonly members: readonly { readonly path: string; readonly isRequired: boolean }[];
};

/** Reads `objects/Account/fieldSets/Name.fieldSet-meta.xml`. */
export function readFieldSet(name: string, xml: XmlElement, path: string): FieldSetSource {
  return {
    objectName: basename(dirname(dirname(path))).toLowerCase(),
    name,
    label: childText(xml, 'label') ?? name,
    members: xml.all('displayedFields').map((entry) => ({
      path: childText(entry, 'field') ?? '',
      isRequired: childText(entry, 'isRequired') === 'true',
    })),
  };
}

/** `Schema.FieldSet`. */
export class FieldSetDescribe extends PlatformObject {
  static override readonly apexName = 'Schema.FieldSet';
  readonly source: FieldSetSource;

  constructor(source: FieldSetSource) {
    super();
    this.source = source;
  }
}

/** `Schema.FieldSetMember`. */
export class FieldSetMember extends PlatformObject {
  static override readonly apexName = 'Schema.FieldSetMember';
  readonly path: string;
  readonly isRequired: boolean;
  readonly #objectName: string;

  constructor({ objectName }: FieldSetSource, { path, isRequired }: FieldSetSource['members'][number]) {
    super();
    this.path = path;
    this.isRequired = isRequired;
    this.#objectName = objectName;
  }

  /** The field at the end of the path. */
  get describe(): FieldDescribe {
    const { schema } = currentExecution().org.store;
    const steps = this.path.split('.');
    const last = steps.pop() ?? '';
    const object = steps.reduce(
      (at, step) => {
        const lookup = [...at.fields.values()].find(
          ({ reference }) => reference?.relationshipName?.toLowerCase() === step.toLowerCase(),
        );
        return objectNamed(schema, lookup?.reference?.to[0] ?? step);
      },
      objectNamed(schema, this.#objectName),
    );
    return new FieldDescribe(object, mustHaveField(object, last));
  }
}

/** The field sets of an object. */
export function fieldSetsOf(objectName: string): readonly FieldSetDescribe[] {
  return currentExecution()
    .org.metadata.fieldSets.filter((source) => source.objectName === objectName.toLowerCase())
    .map((source) => new FieldSetDescribe(source));
}
