import { basename } from 'node:path';
import { filesBelow } from '../../apex/data/org-metadata.ts';
import { childText, readMetadataFile, type XmlElement } from '../../metadata/source-xml.ts';

/** What stands in a region: a component with its properties, or one field of a section. */
export type PageItem =
  | {
      readonly kind: 'component';
      readonly name: string;
      readonly properties: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'field'; readonly field: string; readonly behavior: string };

/** A record page as its file lays it out: regions of the template and facets that components point to. */
export type Flexipage = {
  readonly name: string;
  readonly objectName: string;
  readonly regions: ReadonlyMap<string, readonly PageItem[]>;
};

const SUFFIX = '.flexipage-meta.xml';

/** The record pages of the sources, by lower-case object name. */
export function readRecordPages(sources: readonly string[]): ReadonlyMap<string, Flexipage> {
  const files = sources.flatMap((source) => [...filesBelow(source)]).filter((path) => path.endsWith(SUFFIX));
  const pages = files.map(readFlexipage).filter((page) => page !== null);
  return new Map(pages.map((page) => [page.objectName.toLowerCase(), page]));
}

function readFlexipage(path: string): Flexipage | null {
  const xml = readMetadataFile(path);
  if (childText(xml, 'type') !== 'RecordPage') return null;
  const regions = xml
    .all('flexiPageRegions')
    .map((region) => [childText(region, 'name') ?? '', region.all('itemInstances').map(readItem)] as const);
  return {
    name: basename(path, SUFFIX),
    objectName: childText(xml, 'sobjectType') ?? '',
    regions: new Map(regions),
  };
}

function readItem(item: XmlElement): PageItem {
  const [component] = item.all('componentInstance');
  const [field] = item.all('fieldInstance');
  const instance = component ?? field;
  if (instance === undefined || instance.all('visibilityRule').length > 0) {
    throw new Error('The local org knows components and fields on a page, without visibility rules.');
  }
  if (component) {
    return {
      kind: 'component',
      name: childText(component, 'componentName') ?? '',
      properties: propertiesOf(component.all('componentInstanceProperties')),
    };
  }
  return {
    kind: 'field',
    field: (childText(instance, 'fieldItem') ?? '').replace(/^Record\./, ''),
    behavior: propertiesOf(instance.all('fieldInstanceProperties'))['uiBehavior'] ?? 'none',
  };
}

function propertiesOf(properties: readonly XmlElement[]): Record<string, string> {
  return Object.fromEntries(
    properties.map((property) => [childText(property, 'name') ?? '', childText(property, 'value') ?? '']),
  );
}
