import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ts from 'typescript';
import type { Element } from './source.ts';

/** What the Metadata API takes in one place: elements, one of some words, or a plain value. */
type Shape =
  | { readonly kind: 'elements'; readonly members: ReadonlyMap<string, Member> }
  | { readonly kind: 'words'; readonly words: ReadonlySet<string> }
  | { readonly kind: 'boolean' | 'number' | 'string' | 'any' };

type Member = { readonly type: ts.TypeNode; readonly isList: boolean; readonly isRequired: boolean };

/** Checks the root element of a metadata file against the Metadata API; answers what is wrong with it. */
export type ApiTypes = (root: Element) => string[];

/** The types of the Metadata API, read from @salesforce/types, which is generated from the WSDL. */
export function loadApiTypes(): ApiTypes {
  const declarations = readDeclarations();
  const shapes = new Map<string, Shape>();
  const shapeOf = (type: ts.TypeNode): Shape => {
    if (!ts.isTypeReferenceNode(type)) return literalShape(type, shapeOf);
    const name = type.typeName.getText();
    const known = shapes.get(name);
    if (known !== undefined) return known;
    const declared = declarations.get(name);
    const shape: Shape = declared === undefined ? { kind: 'string' } : shapeOf(declared);
    shapes.set(name, shape);
    return shape;
  };
  return (root) => {
    const declared = declarations.get(root.name);
    if (declared === undefined) return [`${root.name} is not a metadata type`];
    return checkElement(root, shapeOf(declared), { at: root.name, shapeOf });
  };
}

function readDeclarations(): ReadonlyMap<string, ts.TypeNode> {
  const module = createRequire(import.meta.url).resolve('@salesforce/types/metadata');
  const file = module.replace(/\.js$/, '.d.ts');
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext, true);
  const aliases = source.statements.filter((statement) => ts.isTypeAliasDeclaration(statement));
  return new Map(aliases.map((alias) => [alias.name.text, alias.type]));
}

function literalShape(type: ts.TypeNode, shapeOf: (type: ts.TypeNode) => Shape): Shape {
  if (ts.isIntersectionTypeNode(type)) {
    const members = type.types.flatMap((part) => {
      const shape = shapeOf(part);
      return shape.kind === 'elements' ? [...shape.members] : [];
    });
    return { kind: 'elements', members: new Map(members) };
  }
  if (ts.isTypeLiteralNode(type)) return { kind: 'elements', members: membersOf(type) };
  if (ts.isUnionTypeNode(type)) return unionShape(type, shapeOf);
  if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) {
    return { kind: 'words', words: new Set([type.literal.text]) };
  }
  if (type.kind === ts.SyntaxKind.BooleanKeyword) return { kind: 'boolean' };
  if (type.kind === ts.SyntaxKind.NumberKeyword) return { kind: 'number' };
  return { kind: type.kind === ts.SyntaxKind.AnyKeyword ? 'any' : 'string' };
}

function unionShape(type: ts.UnionTypeNode, shapeOf: (type: ts.TypeNode) => Shape): Shape {
  const words = type.types.flatMap((part) =>
    ts.isLiteralTypeNode(part) && ts.isStringLiteral(part.literal) ? [part.literal.text] : [],
  );
  const [first] = type.types;
  if (words.length > 0 || first === undefined) return { kind: 'words', words: new Set(words) };
  return shapeOf(first);
}

function membersOf(type: ts.TypeLiteralNode): Map<string, Member> {
  const members = type.members.filter((member) => ts.isPropertySignature(member));
  return new Map(
    members.flatMap((member) => {
      if (member.type === undefined) return [];
      const isList = ts.isArrayTypeNode(member.type);
      const inner = ts.isArrayTypeNode(member.type) ? member.type.elementType : member.type;
      const isRequired = !isList && member.questionToken === undefined;
      return [[member.name.getText(), { type: inner, isList, isRequired }] as const];
    }),
  );
}

type Place = { readonly at: string; readonly shapeOf: (type: ts.TypeNode) => Shape };

/** The WSDL has it as encoded text; in source format it is elements that each target defines for itself. */
const OPAQUE: ReadonlySet<string> = new Set(['LightningComponentBundle/targetConfigs']);

function checkElement(element: Element, shape: Shape, place: Place): string[] {
  if (shape.kind === 'any' || OPAQUE.has(place.at)) return [];
  if (shape.kind === 'elements') return checkMembers(element, shape.members, place);
  if (element.children.length > 0) return [`${place.at}: a value is expected, not elements`];
  const fault = valueFault(element.text, shape);
  return fault === null ? [] : [`${place.at}: '${element.text}' ${fault}`];
}

function valueFault(text: string, shape: Exclude<Shape, { kind: 'elements' }>): string | null {
  if (shape.kind === 'words' && !shape.words.has(text))
    return `is not one of ${[...shape.words].slice(0, 8).join(', ')}`;
  if (shape.kind === 'boolean' && !/^(true|false)$/.test(text)) return 'is not true or false';
  if (shape.kind === 'number' && !/^-?\d+(\.\d+)?$/.test(text)) return 'is not a number';
  return null;
}

function checkMembers(element: Element, members: ReadonlyMap<string, Member>, place: Place): string[] {
  const faults: string[] = [];
  if (element.children.length === 0 && element.text.trim() !== '') faults.push(`${place.at}: unexpected text`);
  const counts = new Map<string, number>();
  for (const child of element.children) {
    const member = members.get(child.name);
    if (member === undefined) {
      faults.push(`${place.at}: unknown element <${child.name}>`);
      continue;
    }
    const count = (counts.get(child.name) ?? 0) + 1;
    counts.set(child.name, count);
    if (count === 2 && !member.isList) faults.push(`${place.at}: <${child.name}> is given more than once`);
    const at = `${place.at}/${child.name}`;
    faults.push(...checkElement(child, place.shapeOf(member.type), { ...place, at }));
  }
  for (const [name, member] of members) {
    if (member.isRequired && !counts.has(name)) faults.push(`${place.at}: <${name}> is missing`);
  }
  return faults;
}
