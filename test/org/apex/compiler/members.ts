import {
  type ClassBodyDeclarationContext,
  type ClassDeclarationContext,
  type FieldDeclarationContext,
  type FormalParametersContext,
  type InterfaceDeclarationContext,
  type MemberDeclarationContext,
  type MethodDeclarationContext,
  type ModifierContext,
  type PropertyBlockContext,
  type PropertyDeclarationContext,
  type TypeRefContext,
} from '@apexdevtools/apex-parser';
import { type ApexType, sameType, types, typeName } from '../types.ts';
import { type DeclaredClass, readModifiers } from './declarations.ts';
import { type Diagnostics, fail } from './errors.ts';
import {
  type AccessorModel,
  type ClassModel,
  type FieldModel,
  type MethodModel,
  type Modifiers,
  type ParameterModel,
} from './model.ts';
import { optional, type TreeNode } from './parse.ts';
import { type ApexWorld } from './world.ts';

type Pass = { readonly world: ApexWorld; readonly diagnostics: Diagnostics };

/** Second pass, first half: superclasses and interfaces. */
export function readHeader({ model, tree }: DeclaredClass, { world, diagnostics }: Pass): void {
  if (model.kind === 'enum') return;
  const { path } = model.unit.source;
  const resolve = (type: TypeRefContext): ApexType | null =>
    diagnostics.attempt(path, () => world.typeOf(type, model.outer ?? model), null);
  const list = (types_: readonly TypeRefContext[]): ApexType[] => types_.flatMap((type) => resolve(type) ?? []);
  if (model.kind === 'interface') {
    model.interfaces = list(optional((tree as InterfaceDeclarationContext).typeList())?.typeRef_list() ?? []);
    return;
  }
  const declaration = tree as ClassDeclarationContext;
  const superclass = optional(declaration.typeRef());
  model.superclass = superclass && resolve(superclass);
  model.interfaces = list(optional(declaration.typeList())?.typeRef_list() ?? []);
}

/** Second pass, second half: fields, properties, methods, constructors and initializers. */
export function readMembers({ model, tree }: DeclaredClass, pass: Pass): void {
  if (model.kind === 'interface') readInterface(model, tree as InterfaceDeclarationContext, pass);
  if (model.kind === 'class')
    for (const entry of (tree as ClassDeclarationContext).classBody().classBodyDeclaration_list())
      pass.diagnostics.attempt(model.unit.source.path, () => readEntry(model, entry, pass), undefined);
}

function readInterface(model: ClassModel, tree: InterfaceDeclarationContext, pass: Pass): void {
  for (const method of tree.interfaceBody().interfaceMethodDeclaration_list())
    pass.diagnostics.attempt(
      model.unit.source.path,
      () => addMethod(model, method, { modifiers: { ...readModifiers([]), visibility: 'global' }, body: null }, pass),
      undefined,
    );
}

function readEntry(model: ClassModel, entry: ClassBodyDeclarationContext, pass: Pass): void {
  const block = optional(entry.block());
  if (block) {
    model.initializers.push({ isStatic: optional(entry.STATIC()) !== null, field: null, block });
    return;
  }
  const member = optional(entry.memberDeclaration());
  if (member) readMember(model, member, readModifiers(entry.modifier_list()), pass);
}

/** What may stand in a class body, in a trigger and in anonymous code alike. */
export type MemberTree = Pick<
  MemberDeclarationContext,
  'methodDeclaration' | 'fieldDeclaration' | 'propertyDeclaration'
> &
  Partial<Pick<MemberDeclarationContext, 'constructorDeclaration'>>;

/** Adds one field, property, method or constructor to its class. */
export function readMember(model: ClassModel, member: MemberTree, modifiers: Modifiers, pass: Pass): void {
  const method = optional(member.methodDeclaration());
  if (method) addMethod(model, method, { modifiers, body: optional(method.block()) }, pass);
  const field = optional(member.fieldDeclaration());
  if (field) addFields(model, field, modifiers, pass);
  const property = optional(member.propertyDeclaration());
  if (property) addProperty(model, property, modifiers, pass);
  const constructor = member.constructorDeclaration ? optional(member.constructorDeclaration()) : null;
  if (!constructor) return;
  if (constructor.qualifiedName().getText().toLowerCase() !== model.simpleName.toLowerCase())
    fail(constructor, `Invalid constructor name: ${constructor.qualifiedName().getText()}`);
  const parameters = readParameters(model, constructor.formalParameters(), pass);
  const body = constructor.block();
  const key = `new$${keyPart(model.name)}$${parameters.map(({ type }) => keyPart(typeName(type))).join('$')}`;
  const created: MethodModel = {
    name: model.simpleName,
    owner: model,
    modifiers,
    isStatic: false,
    returns: types.void,
    parameters,
    body,
    key,
    tree: constructor,
  };
  refuseTwin(created, model.constructors, 'Constructor already defined');
  model.constructors.push(created);
}

function addMethod(
  model: ClassModel,
  tree: Pick<MethodDeclarationContext, 'id' | 'typeRef' | 'formalParameters'> & TreeNode,
  { modifiers, body }: { modifiers: Modifiers; body: MethodModel['body'] },
  pass: Pass,
): void {
  const returns = optional(tree.typeRef());
  const name = tree.id().getText();
  const parameters = readParameters(model, tree.formalParameters(), pass);
  const isPrivate = model.kind === 'class' && modifiers.visibility !== 'global' && isHidden(modifiers);
  const prefix = isPrivate ? `${keyPart(model.name)}$$` : '';
  const key = `${prefix}${[name.toLowerCase(), ...parameters.map(({ type }) => keyPart(typeName(type)))].join('$')}`;
  const method: MethodModel = {
    name,
    owner: model,
    modifiers,
    isStatic: modifiers.words.has('static'),
    returns: returns ? pass.world.typeOf(returns, model) : types.void,
    parameters,
    body,
    key: parameters.length === 0 ? `${key}$` : key,
    tree,
  };
  const siblings = model.methods.get(name.toLowerCase()) ?? [];
  refuseTwin(method, siblings, 'Method already defined');
  model.methods.set(name.toLowerCase(), [...siblings, method]);
}

/** Private methods are not overridden: a subclass may have its own of the same signature. */
function isHidden({ visibility, words }: Modifiers): boolean {
  return (
    (visibility ?? 'private') === 'private' && !words.has('virtual') && !words.has('abstract') && !words.has('override')
  );
}

const keyPart = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '_');

function refuseTwin(method: MethodModel, siblings: readonly MethodModel[], message: string): void {
  if (siblings.some((each) => sameParameters(each, method)))
    fail(method.tree, `${message}: ${signatureText(method)} from the type ${method.owner.name}`);
}

export function sameParameters(a: Pick<MethodModel, 'parameters'>, b: Pick<MethodModel, 'parameters'>): boolean {
  return (
    a.parameters.length === b.parameters.length &&
    a.parameters.every(({ type }, index) => sameType(type, b.parameters[index]?.type ?? types.void))
  );
}

/** `void run(Id, Integer)`, as compile errors write a method. */
export function signatureText({ name, returns, parameters }: MethodModel): string {
  return `${typeName(returns)} ${name}(${parameters.map(({ type }) => typeName(type)).join(', ')})`;
}

function readParameters(model: ClassModel, tree: FormalParametersContext, { world }: Pass): ParameterModel[] {
  const list = optional(tree.formalParameterList())?.formalParameter_list() ?? [];
  return list.map((parameter) => ({
    name: parameter.id().getText(),
    type: world.typeOf(parameter.typeRef(), model),
  }));
}

function addFields(model: ClassModel, tree: FieldDeclarationContext, modifiers: Modifiers, { world }: Pass): void {
  const type = world.typeOf(tree.typeRef(), model);
  for (const declarator of tree.variableDeclarators().variableDeclarator_list()) {
    const name = declarator.id().getText();
    const initializer = optional(declarator.expression());
    addField(model, fieldModel({ model, name, modifiers, type, initializer, property: null, tree: declarator }));
  }
}

type FieldParts = { readonly model: ClassModel } & Pick<
  FieldModel,
  'name' | 'modifiers' | 'type' | 'initializer' | 'property' | 'tree'
>;

function fieldModel({ model, ...parts }: FieldParts): FieldModel {
  return { ...parts, owner: model, isStatic: parts.modifiers.words.has('static'), key: `_${parts.name.toLowerCase()}` };
}

function addField(model: ClassModel, field: FieldModel): void {
  const lower = field.name.toLowerCase();
  if (model.fields.has(lower)) fail(field.tree, `Duplicate field: ${field.name}`);
  if (field.isStatic && model.outer)
    fail(field.tree, `Static can only be used on fields of a top level type: ${field.name}`);
  model.fields.set(lower, field);
  model.initializers.push({ isStatic: field.isStatic, field, block: null });
}

function addProperty(model: ClassModel, tree: PropertyDeclarationContext, modifiers: Modifiers, { world }: Pass): void {
  const blocks = tree.propertyBlock_list();
  const visibility = modifiers.visibility ?? 'private';
  const accessor = (block: PropertyBlockContext | undefined, body: AccessorModel['body']): AccessorModel | null =>
    block ? { body, visibility: accessorModifiers(block.modifier_list()) ?? visibility } : null;
  const getBlock = blocks.find((block) => optional(block.getter()));
  const setBlock = blocks.find((block) => optional(block.setter()));
  const property = {
    get: accessor(getBlock, getBlock ? optional(getBlock.getter().block()) : null),
    set: accessor(setBlock, setBlock ? optional(setBlock.setter().block()) : null),
  };
  const type = world.typeOf(tree.typeRef(), model);
  addField(model, fieldModel({ model, name: tree.id().getText(), modifiers, type, initializer: null, property, tree }));
}

function accessorModifiers(modifiers: readonly ModifierContext[]): Modifiers['visibility'] {
  return readModifiers(modifiers).visibility;
}
