import {
  AssignExpressionContext,
  type ClassCreatorRestContext,
  type CreatorContext,
  type ExpressionContext,
  IdPrimaryContext,
  PrimaryExpressionContext,
} from '@apexdevtools/apex-parser';
import { type ApexType, classOf, listOf, substitute, types, typeName } from '../../types.ts';
import { type BodyContext } from '../context.ts';
import { fail } from '../errors.ts';
import { recordMember } from '../fields.ts';
import { type PlatformClass, type PlatformConstructor } from '../library.ts';
import { type ClassModel, type MethodModel } from '../model.ts';
import { chooseOverload } from '../overloads.ts';
import { optional, type TreeNode } from '../parse.ts';
import { type Typed } from '../typed.ts';
import { isVisible } from '../visibility.ts';
import { isException } from '../world.ts';
import { argumentCode, compileArguments } from './calls.ts';
import { compileAs } from './expression.ts';
import { classCode } from './references.ts';

/** `new …` in all its forms. */
export function compileNew(tree: CreatorContext, context: BodyContext): Typed {
  const named = context.unit.world.typeOf(tree.createdName(), context.owner);
  const array = optional(tree.arrayCreatorRest());
  if (array) {
    const size = optional(array.expression());
    const items = optional(array.arrayInitializer())?.expression_list() ?? [];
    if (!size) return listLiteral(listOf(named), items, context);
    const length = compileAs(size, types.Integer, context);
    return created(listOf(named), `$.newArray(${context.unit.pool.type(named)}, ${length.code})`);
  }
  const map = optional(tree.mapCreatorRest());
  if (map) return mapLiteral(named, map.mapCreatorRestPair_list(), context, tree);
  const set = optional(tree.setCreatorRest());
  if (set) return listLiteral(named, set.expression_list(), context, tree);
  if (optional(tree.noRest())) return emptyLiteral(named, context, tree);
  return construct(named, tree.classCreatorRest(), context, tree);
}

const created = (type: ApexType, code: string): Typed => ({ type, code, isNonNull: true });

function emptyLiteral(type: ApexType, context: BodyContext, tree: CreatorContext): Typed {
  return type.kind === 'map' ? mapLiteral(type, [], context, tree) : listLiteral(type, [], context, tree);
}

function listLiteral(
  type: ApexType,
  trees: readonly ExpressionContext[],
  context: BodyContext,
  tree?: TreeNode,
): Typed {
  if (type.kind !== 'list' && type.kind !== 'set')
    return fail(tree ?? trees[0] ?? (undefined as never), `Invalid initializer type ${typeName(type)}`);
  const items = trees.map((each) => compileAs(each, type.of, context).code);
  const name = type.kind === 'list' ? 'List' : 'Set';
  return created(type, `new $.${name}(${context.unit.pool.type(type.of)}, [${items.join(', ')}])`);
}

type Pair = { readonly expression: (index: number) => ExpressionContext };

function mapLiteral(type: ApexType, pairs: readonly Pair[], context: BodyContext, tree: TreeNode): Typed {
  if (type.kind !== 'map') return fail(tree, `Invalid initializer type ${typeName(type)}`);
  const entries = pairs.map((pair) => {
    const key = compileAs(pair.expression(0), type.key, context).code;
    return `[${key}, ${compileAs(pair.expression(1), type.value, context).code}]`;
  });
  const { pool } = context.unit;
  return created(type, `new $.Map(${pool.type(type.key)}, ${pool.type(type.value)}, [${entries.join(', ')}])`);
}

function construct(type: ApexType, rest: ClassCreatorRestContext, context: BodyContext, tree: TreeNode): Typed {
  const list = optional(rest.arguments().expressionList());
  if (type.kind === 'sobject') return newRecord(type.name, list?.expression_list() ?? [], context, tree);
  const { world } = context.unit;
  const model = world.classOfType(type);
  const args = compileArguments(list, context);
  if (model) return newObject(model, args, context, tree);
  const platform = platformOf(type, context);
  if (!platform) return fail(tree, `Type cannot be constructed: ${typeName(type)}`);
  return newPlatformObject(platform, type, { args, context, tree });
}

function platformOf(type: ApexType, { unit: { world } }: BodyContext): PlatformClass | undefined {
  if (type.kind === 'list') return world.library.byName('System.List');
  if (type.kind === 'set') return world.library.byName('System.Set');
  if (type.kind === 'map') return world.library.byName('System.Map');
  return world.platformOfType(type);
}

function newObject(model: ClassModel, args: readonly Typed[], context: BodyContext, tree: TreeNode): Typed {
  if (model.kind !== 'class' || model.modifiers.words.has('abstract'))
    fail(
      tree,
      `${model.kind === 'interface' ? 'Interfaces' : 'Abstract classes'} cannot be constructed: ${model.name}`,
    );
  return created(classOf(model.name), `new ${classCode(model.name)}().${constructorCode(model, args, context, tree)}`);
}

/** The call of the constructor that the arguments choose: `new$outer_inner$string(…)`. */
function constructorCode(model: ClassModel, args: readonly Typed[], context: BodyContext, tree: TreeNode): string {
  const { world } = context.unit;
  const given = args.map(({ type }) => type);
  const candidates = model.constructors.map((method) => ({
    method,
    parameters: method.parameters.map(({ type }) => type),
  }));
  const choice = chooseOverload(candidates, given, world);
  if (choice.kind === 'chosen') {
    refuseHiddenConstructor(choice.callable.method, context, tree);
    return `${choice.callable.method.key}(${argumentCode(choice.callable, { args, context })})`;
  }
  const shown = `[${model.name}].<Constructor>(${given.map(typeName).join(', ')})`;
  if (choice.kind === 'ambiguous') return fail(tree, `Constructor is ambiguous: ${shown}`);
  if (isException(world, model)) {
    const builtIn = chooseOverload(EXCEPTION_CONSTRUCTORS, given, world);
    if (builtIn.kind === 'chosen') return `new$builtin(${argumentCode(builtIn.callable, { args, context })})`;
  }
  if (model.constructors.length === 0 && args.length === 0) return `${defaultConstructorKey(model)}()`;
  return fail(tree, `Constructor not defined: ${shown}`);
}

const EXCEPTION_CONSTRUCTORS = [
  { parameters: [] },
  { parameters: [types.String] },
  { parameters: [classOf('System.Exception')] },
  { parameters: [types.String, classOf('System.Exception')] },
];

/** The key of the constructor that a class without constructors has. */
export const defaultConstructorKey = (model: ClassModel): string =>
  `new$${model.name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}$`;

function refuseHiddenConstructor({ owner, modifiers }: MethodModel, context: BodyContext, tree: TreeNode): void {
  if (!isVisible(context.unit.world, { from: context.owner, owner, modifiers }))
    fail(tree, `Constructor is not visible: ${owner.name}`);
}

/** `this(…)` and `super(…)` at the beginning of a constructor. */
export function compileConstructorCall(
  which: 'this' | 'super',
  args: readonly Typed[],
  context: BodyContext,
  tree: TreeNode,
): Typed {
  const { world } = context.unit;
  const { owner } = context;
  if (which === 'this') return { type: types.void, code: `this.${constructorCode(owner, args, context, tree)}` };
  const parent = owner.superclass && world.classOfType(owner.superclass);
  if (parent) return { type: types.void, code: `super.${constructorCode(parent, args, context, tree)}` };
  if (!isException(world, owner)) return { type: types.void, code: 'undefined' };
  const builtIn = chooseOverload(
    EXCEPTION_CONSTRUCTORS,
    args.map(({ type }) => type),
    world,
  );
  if (builtIn.kind !== 'chosen')
    return fail(
      tree,
      `Constructor not defined: [System.Exception].<Constructor>(${args.map(({ type }) => typeName(type)).join(', ')})`,
    );
  return { type: types.void, code: `this.initialize(${argumentCode(builtIn.callable, { args, context })})` };
}

function newRecord(
  objectName: string,
  trees: readonly ExpressionContext[],
  context: BodyContext,
  tree: TreeNode,
): Typed {
  if (objectName === 'SObject') fail(tree, 'Type cannot be constructed: SObject');
  const type: ApexType = { kind: 'sobject', name: objectName };
  const record = `$.newRecord(${JSON.stringify(objectName)})`;
  if (trees.length === 0) return created(type, record);
  const settings = trees.map((each) => fieldSetting(objectName, each, context));
  return created(type, `$.fill(${record}, [${settings.join(', ')}])`);
}

/** `Name = 'x'` → `"Name", "x"`; parents are marked by the trailing dot of their name. */
function fieldSetting(objectName: string, tree: ExpressionContext, context: BodyContext): string {
  if (!(tree instanceof AssignExpressionContext))
    return fail(tree, `SObject constructor must use name = value pairs: ${objectName}`);
  const target = tree.expression(0);
  const primary = target instanceof PrimaryExpressionContext ? target.primary() : null;
  const name = primary instanceof IdPrimaryContext ? primary.id().getText() : target.getText();
  const member = recordMember(context.unit.world, objectName, name);
  if (!member || member.kind === 'children') return fail(target, `Field does not exist: ${name} on ${objectName}`);
  const key = member.kind === 'parent' ? `${member.name}.` : member.name;
  return `${JSON.stringify(key)}, ${compileAs(tree.expression(1), member.type, context).code}`;
}

type Given = { readonly args: readonly Typed[]; readonly context: BodyContext; readonly tree: TreeNode };

function newPlatformObject(platform: PlatformClass, type: ApexType, { args, context, tree }: Given): Typed {
  const given = args.map((each) => each.type);
  const constructors: readonly (Omit<PlatformConstructor, 'call'> & { call?: unknown })[] =
    platform.kind === 'exception' && platform.constructors.length === 0
      ? EXCEPTION_CONSTRUCTORS.map((each) => ({ ...each, reference: '' }))
      : boundConstructors(platform, type);
  const choice = chooseOverload(constructors, given, context.unit.world);
  if (choice.kind !== 'chosen')
    return fail(tree, `Constructor not defined: [${typeName(type)}].<Constructor>(${given.map(typeName).join(', ')})`);
  const code = argumentCode(choice.callable, { args, context });
  if (choice.callable.reference === '')
    return created(type, `$.newException(${[JSON.stringify(platform.name), code].filter(Boolean).join(', ')})`);
  const { pool } = context.unit;
  const maker = pool.constant(`$.maker(${JSON.stringify(choice.callable.reference)})`);
  const first = platform.typeParameters.length > 0 ? [pool.type(type)] : [];
  return created(type, `${maker}(${[...first, code].filter(Boolean).join(', ')})`);
}

function boundConstructors(platform: PlatformClass, type: ApexType): PlatformConstructor[] {
  const given = argumentsOf(type);
  const bindings = new Map(platform.typeParameters.map((name, index) => [name, given[index] ?? types.any]));
  return platform.constructors.map((each) => ({
    ...each,
    parameters: each.parameters.map((parameter) => substitute(parameter, bindings)),
  }));
}

function argumentsOf(type: ApexType): readonly ApexType[] {
  if (type.kind === 'map') return [type.key, type.value];
  if (type.kind === 'class') return type.arguments ?? [];
  return 'of' in type ? [type.of] : [];
}
