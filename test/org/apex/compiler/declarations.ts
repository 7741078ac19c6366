import {
  type AnnotationContext,
  type ClassBodyContext,
  type ClassDeclarationContext,
  type EnumDeclarationContext,
  type InterfaceDeclarationContext,
  type ModifierContext,
} from '@apexdevtools/apex-parser';
import { type AnnotationModel, type ClassModel, type Modifiers, type Sharing, type Visibility } from './model.ts';
import { optional, type ParsedUnit, type TreeNode } from './parse.ts';
import { stringValue } from './literals.ts';

type TypeTree = ClassDeclarationContext | InterfaceDeclarationContext | EnumDeclarationContext;

/** A class whose members are still trees: the second pass reads them when every class is known by name. */
export type DeclaredClass = { readonly model: ClassModel; readonly tree: TypeTree };

type Holder = {
  readonly classDeclaration: () => ClassDeclarationContext;
  readonly interfaceDeclaration: () => InterfaceDeclarationContext;
  readonly enumDeclaration: () => EnumDeclarationContext;
};

/** The type that a declaration node declares, if it declares one. */
function typeTreeOf(holder: Holder): { tree: TypeTree; kind: ClassModel['kind'] } | null {
  const classTree = optional(holder.classDeclaration());
  if (classTree) return { tree: classTree, kind: 'class' };
  const interfaceTree = optional(holder.interfaceDeclaration());
  if (interfaceTree) return { tree: interfaceTree, kind: 'interface' };
  const enumTree = optional(holder.enumDeclaration());
  return enumTree ? { tree: enumTree, kind: 'enum' } : null;
}

/** First pass: the classes of one file by name, outer before inner. */
export function declareTypes(unit: ParsedUnit): DeclaredClass[] {
  if (unit.kind !== 'class') return [];
  const declaration = optional(unit.tree.typeDeclaration());
  if (!declaration) return [];
  return declareType(declaration, { unit, outer: null, modifiers: readModifiers(declaration.modifier_list()) });
}

/** Declares one type and the types inside it. */
export function declareType(
  holder: Holder,
  { unit, outer, modifiers }: { unit: ParsedUnit; outer: ClassModel | null; modifiers: Modifiers },
): DeclaredClass[] {
  const found = typeTreeOf(holder);
  if (!found || !optional(found.tree.id())) return [];
  const simpleName = found.tree.id().getText();
  const model: ClassModel = emptyModel(outer ? `${outer.name}.${simpleName}` : simpleName, {
    kind: found.kind,
    simpleName,
    outer,
    unit,
    modifiers,
    tree: found.tree,
    constants: found.kind === 'enum' ? constantsOf(found.tree as EnumDeclarationContext) : [],
  });
  outer?.inner.set(simpleName.toLowerCase(), model);
  const own: DeclaredClass = { model, tree: found.tree };
  const body = found.kind === 'class' ? optional((found.tree as ClassDeclarationContext).classBody()) : null;
  return body ? [own, ...declareInner(body, unit, model)] : [own];
}

function declareInner(body: ClassBodyContext, unit: ParsedUnit, outer: ClassModel): DeclaredClass[] {
  return body.classBodyDeclaration_list().flatMap((entry) => {
    const member = optional(entry.memberDeclaration());
    return member ? declareType(member, { unit, outer, modifiers: readModifiers(entry.modifier_list()) }) : [];
  });
}

type Identity = Pick<ClassModel, 'kind' | 'simpleName' | 'outer' | 'unit' | 'modifiers' | 'tree' | 'constants'>;

/** A class without members yet. */
export function emptyModel(name: string, identity: Identity): ClassModel {
  return {
    name,
    ...identity,
    inner: new Map(),
    fields: new Map(),
    methods: new Map(),
    constructors: [],
    initializers: [],
    superclass: null,
    interfaces: [],
  };
}

function constantsOf(tree: EnumDeclarationContext): string[] {
  return (
    optional(tree.enumConstants())
      ?.id_list()
      .map((id) => id.getText()) ?? []
  );
}

const VISIBILITIES: readonly Visibility[] = ['private', 'protected', 'public', 'global'];

/** Reads modifiers and annotations; words are in lower case. */
export function readModifiers(modifiers: readonly ModifierContext[]): Modifiers {
  const words = new Set<string>();
  const annotations: AnnotationModel[] = [];
  let sharing: Sharing = null;
  for (const modifier of modifiers) {
    const annotation = optional(modifier.annotation());
    if (annotation) annotations.push(readAnnotation(annotation));
    else if (optional(modifier.SHARING())) sharing = sharingOf(modifier);
    else words.add(modifier.getText().toLowerCase());
  }
  if (words.has('webservice')) words.add('global').add('static');
  if (words.has('testmethod')) annotations.push({ name: 'istest', values: {} });
  return { visibility: VISIBILITIES.findLast((each) => words.has(each)) ?? null, words, sharing, annotations };
}

function sharingOf(modifier: ModifierContext): Sharing {
  if (optional(modifier.WITHOUT())) return 'without';
  return optional(modifier.INHERITED()) ? 'inherited' : 'with';
}

function readAnnotation(tree: AnnotationContext): AnnotationModel {
  const values: Record<string, string> = {};
  for (const pair of optional(tree.elementValuePairs())?.elementValuePair_list() ?? [])
    values[pair.id().getText().toLowerCase()] = annotationValue(pair.elementValue());
  const single = optional(tree.elementValue());
  if (single) values['value'] = annotationValue(single);
  return { name: tree.id().getText().toLowerCase(), values };
}

function annotationValue(tree: TreeNode): string {
  const text = tree.getText();
  return text.startsWith("'") ? stringValue(text) : text;
}
