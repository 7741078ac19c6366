import {
  compileBuiltInConstructor,
  compileConstructor,
  compileDefaultConstructor,
  compileFieldInitializers,
  compileMethod,
  compileProperty,
  compileStaticInitializers,
  hasAccessors,
  mark,
  placeOf,
} from './bodies.ts';
import { type CodeUnit } from './context.ts';
import { classCode } from './expressions/references.ts';
import { type ClassModel, type FieldModel } from './model.ts';
import { isException } from './world.ts';

/** The JavaScript class of an Apex class; `extra` holds members that only triggers and anonymous code have. */
export function emitClass(model: ClassModel, unit: CodeUnit, extra = ''): string {
  const { world } = unit;
  const parent = model.superclass ? world.classOfType(model.superclass) : undefined;
  const isThrown = isException(world, model);
  const base = parent ? classCode(parent.name) : isThrown ? '$.Exception' : '$.Object';
  const fields = [...model.fields.values()];
  const methods = [...model.methods.values()].flat();
  const parts = [
    emitSlots(fields),
    compileFieldInitializers(model, unit),
    ...(model.constructors.length === 0 ? [compileDefaultConstructor(model, unit)] : []),
    ...(isThrown ? [compileBuiltInConstructor(model, parent !== undefined)] : []),
    ...model.constructors.map((each) => compileConstructor(each, unit)),
    ...methods.map((method) => compileMethod(method, unit)),
    ...fields.filter((field) => !field.isStatic && hasAccessors(field)).map((field) => compileProperty(field, unit)),
    emitStatics(model, fields, unit),
    extra,
  ];
  const name = classCode(model.name).slice('K.'.length);
  return `class ${name} extends ${base} {\n${parts.filter((part) => part !== '').join('\n')}\n}`;
}

const slotOf = (field: FieldModel): string => (hasAccessors(field) ? `$${field.key}` : field.key);

/** Every field exists from the beginning, so that all objects of a class have one shape. */
function emitSlots(fields: readonly FieldModel[]): string {
  const own = fields.filter(({ isStatic }) => !isStatic);
  if (own.length === 0) return '';
  return `constructor() {\nsuper();\n${own.map((field) => `this.${slotOf(field)} = null;`).join(' ')}\n}`;
}

function emitStatics(model: ClassModel, fields: readonly FieldModel[], unit: CodeUnit): string {
  const own = fields.filter(({ isStatic }) => isStatic);
  if (own.length === 0 && !model.initializers.some(({ isStatic }) => isStatic)) return '';
  const slots = own.map((field) => `this.${slotOf(field)} = null;`).join(' ');
  const accessors = own.filter(hasAccessors).map((field) => compileProperty(field, unit));
  const store = `class {\nconstructor() { ${slots} }\n${accessors.join('\n')}\n}`;
  const initializer = compileStaticInitializers(model, unit);
  return `static $statics = $.statics(${JSON.stringify(model.name)}, ${store},\n${mark(placeOf(model, ''))}\n${initializer});`;
}

/** Which Apex line, of which method, each line of the JavaScript came from: `[line, place]`, the place by its number. */
export type LineTable = { readonly places: readonly string[]; readonly lines: readonly (readonly [number, number])[] };

/** Reads the table back from the marks that compiling left in the code. */
export function lineTable(code: string): LineTable {
  const places: string[] = [];
  let place = -1;
  let line = 0;
  const lines = code.split('\n').map((text): [number, number] => {
    if (text.startsWith('//# ')) {
      const found = places.indexOf(text.slice(4));
      place = found >= 0 ? found : places.push(text.slice(4)) - 1;
      line = 0;
    }
    const marked = /(?<![\w$.])at\((\d+)\)/.exec(text)?.[1];
    if (marked !== undefined) line = Number(marked);
    return [line, place];
  });
  // What a method does before its first statement counts as that statement.
  for (let index = lines.length - 2; index >= 0; index -= 1) {
    const [entry, next] = [lines[index], lines[index + 1]];
    if (entry?.[0] === 0 && next?.[1] === entry[1]) entry[0] = next[0];
  }
  return { places, lines };
}

/** The Apex lines on which a statement begins. */
export function statementLines(code: string): number[] {
  const found = [...code.matchAll(/(?<![\w$.])at\((\d+)\)/g)].map((match) => Number(match[1]));
  return [...new Set(found)].sort((a, b) => a - b);
}
