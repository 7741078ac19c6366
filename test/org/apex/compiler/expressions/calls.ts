import {
  type DotExpressionContext,
  type ExpressionContext,
  type ExpressionListContext,
  type MethodCallContext,
  PrimaryExpressionContext,
  SuperPrimaryContext,
} from '@apexdevtools/apex-parser';
import { type ApexType, classOf, listOf, types, typeName } from '../../types.ts';
import { type SpecialMethod } from '../../library/declare.ts';
import { type Callable, methodsOn, ownMethods, staticMethodsOf } from '../callables.ts';
import { type BodyContext } from '../context.ts';
import { CompileFailure, fail } from '../errors.ts';
import { type PlatformMethod } from '../library.ts';
import { type ClassModel, hasAnnotation, type MethodModel } from '../model.ts';
import { chooseOverload } from '../overloads.ts';
import { optional, type TreeNode } from '../parse.ts';
import { adapt, nonNull, singleRow, type Typed } from '../typed.ts';
import { isVisible } from '../visibility.ts';
import { compileConstructorCall } from './creation.ts';
import { guarded, hiddenType, resolveTarget } from './dot.ts';
import { compileExpression } from './expression.ts';
import { lineage } from '../world.ts';
import { classCode, memberOfName, type Reference, staticsOf, valueOf } from './references.ts';

export type Call = {
  readonly name: string;
  readonly args: readonly Typed[];
  readonly tree: TreeNode;
  readonly context: BodyContext;
};

export function compileArguments(list: ExpressionListContext | null, context: BodyContext): Typed[] {
  return (list?.expression_list() ?? []).map((tree: ExpressionContext) => {
    const value = compileExpression(tree, context);
    if (value.type.kind === 'void') fail(tree, 'Illegal use of void expression');
    return value;
  });
}

/** `foo(…)`, `this(…)` and `super(…)`. */
export function compileCall(tree: MethodCallContext, context: BodyContext): Typed {
  const args = compileArguments(optional(tree.expressionList()), context);
  if (optional(tree.THIS()) ?? optional(tree.SUPER()))
    return compileConstructorCall(optional(tree.THIS()) ? 'this' : 'super', args, context, tree);
  const call: Call = { name: tree.id().getText(), args, tree, context };
  const { owner, unit } = context;
  const own = methodsOn(unit.world, classOf(owner.name), call.name);
  if (own.some(({ own: method }) => method !== null) || !owner.outer) return callUnqualified(own, call, owner);
  const outer = ownMethods(unit.world, owner.outer, call.name).filter(({ isStatic }) => isStatic);
  return outer.length > 0 ? callUnqualified(outer, call, owner.outer) : callUnqualified(own, call, owner);
}

function callUnqualified(candidates: readonly Callable[], call: Call, owner: ClassModel): Typed {
  const callable = choose(candidates, call, owner.name);
  if (!callable.isStatic && call.context.isStatic)
    fail(call.tree, `Non static method cannot be referenced from a static context: ${callText(callable)}`);
  const self: Typed = { type: classOf(owner.name), code: 'this', isNonNull: true };
  return emitCall(callable, callable.isStatic ? null : self, call);
}

/** `target.foo(…)`. */
export function compileDotCall(tree: DotExpressionContext, context: BodyContext): Typed {
  const method = tree.dotMethodCall();
  const base = { name: method.anyId().getText(), tree, context };
  const targetTree = tree.expression();
  const primary = targetTree instanceof PrimaryExpressionContext ? targetTree.primary() : null;
  const args = (): Typed[] => compileArguments(optional(method.expressionList()), context);
  if (primary instanceof SuperPrimaryContext) return callSuper({ ...base, args: args() });
  const target = resolveTarget(targetTree, context);
  const call = { ...base, args: args() };
  if (target.kind !== 'value') return callStatic(target, call);
  try {
    return callOn(optional(tree.QUESTIONDOT()) ? guarded(target, context) : target, call);
  } catch (error) {
    const asType = error instanceof CompileFailure ? hiddenType(targetTree, target, context) : undefined;
    if (!asType) throw error;
    return callStatic(asType, call);
  }
}

function callOn(target: Typed, call: Call): Typed {
  const { world } = call.context.unit;
  if (target.field && call.name.toLowerCase() === 'adderror') return addFieldError(target.field, call);
  const candidates = methodsOn(world, target.type, call.name);
  if (candidates.length === 0 && target.isQuery) return callOn(singleRow(target), call);
  const callable = choose(candidates, call, typeName(target.type));
  if (callable.isStatic)
    fail(call.tree, `Static method cannot be referenced from a non static context: ${callText(callable)}`);
  const result = emitCall(callable, target, call);
  return target.guards ? { ...result, guards: target.guards } : result;
}

/** `record.Field.addError(message)`, where the field stands for its place and not for its value. */
function addFieldError({ record, name }: NonNullable<Typed['field']>, { args, tree }: Call): Typed {
  const [problem] = args;
  if (!problem || args.length > 2)
    return fail(tree, `Method does not exist or incorrect signature: void addError(${typeNames(args)})`);
  return { type: types.void, code: `$.addFieldError(${record}, ${JSON.stringify(name)}, ${problem.code})` };
}

function callSuper(call: Call): Typed {
  const { owner, unit } = call.context;
  const type = owner.superclass ?? types.any;
  const callable = choose(methodsOn(unit.world, type, call.name), call, typeName(type));
  if (callable.own?.modifiers.words.has('abstract'))
    fail(call.tree, `Cannot call an abstract method: ${callText(callable)}`);
  if (callable.platform) return emitCall(callable, { type, code: 'this', isNonNull: true }, call);
  return { type: callable.returns, code: `super.${callable.own?.key ?? ''}(${argumentCode(callable, call)})` };
}

function callStatic(target: Exclude<Reference, { kind: 'value' }>, call: Call): Typed {
  const type = 'type' in target ? target.type : undefined;
  if (!type) return fail(call.tree, `Variable does not exist: ${call.tree.getText().split('.')[0] ?? ''}`);
  const { world } = call.context.unit;
  const model = world.classOfType(type);
  const token = objectToken(type, call);
  if (token) return token;
  if (model?.kind === 'enum' || world.platformOfType(type)?.kind === 'enum') return callOnEnum(type, call);
  const candidates = model ? ownMethods(world, model, call.name) : platformStatics(type, call);
  const callable = choose(candidates, call, typeName(type));
  if (!callable.isStatic)
    fail(call.tree, `Non static method cannot be referenced from a static context: ${callText(callable)}`);
  return emitCall(callable, null, call, type);
}

/** `Account.getSObjectType()`. */
function objectToken(type: ApexType, { name, args, context, tree }: Call): Typed | null {
  if (type.kind !== 'sobject' || args.length > 0 || name.toLowerCase() !== 'getsobjecttype') return null;
  return valueOf(memberOfName({ kind: 'name', type, text: type.name }, 'SObjectType', context, tree), tree);
}

/** Platform statics; records have those of custom settings and custom metadata. */
function platformStatics(type: ApexType, { name, context }: Call): Callable[] {
  const { world } = context.unit;
  if (type.kind === 'sobject') {
    const kind = world.schema.objects.get(type.name.toLowerCase())?.kind;
    const holder = kind === 'setting' ? 'CustomSetting' : kind === 'metadata' ? 'CustomMetadata' : null;
    const platform = holder && world.library.find('internal', holder);
    return platform ? staticMethodsOf(platform, name) : [];
  }
  const platform = world.platformOfType(type) ?? world.library.byName(`System.${typeName(type).replace(/<.*$/, '')}`);
  return platform ? staticMethodsOf(platform, name) : [];
}

/** `Season.values()` and `Season.valueOf('WINTER')`. */
function callOnEnum(type: ApexType, { name, args, tree, context }: Call): Typed {
  const enumName = JSON.stringify(typeName(type));
  const [only] = args;
  if (name.toLowerCase() === 'values' && args.length === 0)
    return { type: listOf(type), code: `$.enumList(${enumName})`, isNonNull: true };
  if (name.toLowerCase() === 'valueof' && only && args.length === 1)
    return { type, code: `$.enumValueOf(${enumName}, ${adapt(only, types.String, context).code})`, isNonNull: true };
  return fail(
    tree,
    `Method does not exist or incorrect signature: void ${name}(${typeNames(args)}) from the type ${typeName(type)}`,
  );
}

const typeNames = (args: readonly Typed[]): string => args.map(({ type }) => typeName(type)).join(', ');

const callText = ({ name, parameters, returns }: Callable): string =>
  `${typeName(returns)} ${name}(${parameters.map(typeName).join(', ')})`;

function choose(candidates: readonly Callable[], call: Call, from: string): Callable {
  const { world } = call.context.unit;
  const choice = chooseOverload(
    candidates,
    call.args.map(({ type }) => type),
    world,
  );
  const loosely = choice.kind === 'none' ? withSingleRows(candidates, call) : choice;
  if (loosely.kind === 'chosen') {
    refuseHidden(loosely.callable.own, call);
    return loosely.callable;
  }
  const shown = `${call.name}(${typeNames(call.args)})`;
  if (loosely.kind === 'ambiguous') fail(call.tree, `Method is ambiguous: void ${shown} from the type ${from}`);
  return fail(call.tree, `Method does not exist or incorrect signature: void ${shown} from the type ${from}`);
}

/** An inline query may be passed where one record is declared. */
function withSingleRows(
  candidates: readonly Callable[],
  { args, context }: Call,
): ReturnType<typeof chooseOverload<Callable>> {
  if (!args.some(({ isQuery }) => isQuery)) return { kind: 'none' };
  const given = args.map((value) => (value.isQuery ? singleRow(value) : value).type);
  return chooseOverload(candidates, given, context.unit.world);
}

function refuseHidden(method: MethodModel | null, { context, tree }: Call): void {
  if (!method) return;
  const { owner, modifiers } = method;
  if (!isVisible(context.unit.world, { from: context.owner, owner, modifiers }))
    fail(
      tree,
      `Method is not visible: ${typeName(method.returns)} ${owner.name}.${method.name}(${method.parameters.map(({ type }) => typeName(type)).join(', ')})`,
    );
}

/** The arguments in the form that the parameters declare. */
export function argumentCode(
  callable: Pick<Callable, 'parameters'>,
  { args, context }: Pick<Call, 'args' | 'context'>,
): string {
  return args
    .map((value, index) => {
      const to = callable.parameters[index] ?? types.any;
      const row = value.isQuery && to.kind === 'sobject' ? singleRow(value) : value;
      return adapt(row, to, context).code;
    })
    .join(', ');
}

function emitCall(callable: Callable, self: Typed | null, call: Call, staticType?: ApexType): Typed {
  const args = argumentCode(callable, call);
  const { own, platform } = callable;
  if (own && hasAnnotation(own.modifiers, 'future')) return emitFuture(own, args, call);
  if (own) {
    const target = own.isStatic ? classCode(own.owner.name) : nonNull(self ?? NOTHING);
    return { type: callable.returns, code: `${target}.${own.key}(${args})` };
  }
  if (!platform) return fail(call.tree, `Method does not exist: ${call.name}`);
  return emitPlatformCall({ platform, self, args, staticType: staticType ?? null }, callable, call);
}

/** A call of an @future method only asks for it; the async side runs it after the commit. */
function emitFuture({ owner, name, parameters }: MethodModel, args: string, { context }: Call): Typed {
  const shape = parameters.map(({ type }) => context.unit.pool.type(type)).join(', ');
  const code = `$.future({ className: ${JSON.stringify(owner.name)}, method: ${JSON.stringify(name)}, parameters: [${shape}], args: [${args}] })`;
  return { type: types.void, code };
}

const NOTHING: Typed = { type: types.null, code: 'null' };

type PlatformCall = {
  readonly platform: PlatformMethod;
  readonly self: Typed | null;
  readonly args: string;
  readonly staticType: ApexType | null;
};

function emitPlatformCall({ platform, self, args, staticType }: PlatformCall, callable: Callable, call: Call): Typed {
  const { pool } = call.context.unit;
  const special = typeof platform.entry === 'function' ? null : platform.entry;
  const site = { receiver: self?.type ?? staticType, arguments: call.args.map(({ type }) => type) };
  const type = special?.returns ? special.returns(site) : callable.returns;
  const method = pool.constant(`$.method(${JSON.stringify(platform.reference)})`);
  const parts = [
    ...siteCode(special, { ...site, result: type }, call),
    ...(self ? [nonNull(self)] : []),
    ...(args === '' ? [] : [args]),
  ];
  if (callable.isInterface && self)
    return { type, code: `$.callInterface(${method}, ${JSON.stringify(platform.name)}, ${nonNull(self)}, [${args}])` };
  const code = `${method}(${parts.join(', ')})`;
  return { type, code: isDynamicQuery(platform) ? withVariables(code, call.context) : code };
}

/** Dynamic SOQL sees the variables around its call as binds. */
function isDynamicQuery({ owner, name, parameters }: PlatformMethod): boolean {
  const [first] = parameters;
  if (owner !== 'System.Database' || first?.kind !== 'primitive') return false;
  return ['query', 'countquery', 'getquerylocator'].includes(name.toLowerCase());
}

function withVariables(code: string, context: BodyContext): string {
  const cases = new Map<string, string>();
  for (let scope: BodyContext['scope'] | null = context.scope; scope; scope = scope.parent)
    for (const [name, { code: variable }] of scope.variables) if (!cases.has(name)) cases.set(name, variable);
  for (const model of lineage(context.unit.world, context.owner))
    for (const [name, field] of model.fields) {
      if (cases.has(name) || (context.isStatic && !field.isStatic)) continue;
      cases.set(name, field.isStatic ? `${staticsOf(model)}.${field.key}` : `this.${field.key}`);
    }
  const arms = [...cases].map(([name, value]) => `case ${JSON.stringify(name)}: return ${value};`).join(' ');
  return `$.withBinds((name) => { switch (name.toLowerCase()) { ${arms} default: return undefined; } }, () => ${code})`;
}

function siteCode(special: SpecialMethod | null, site: object, call: Call): string[] {
  return special?.withTypes ? [call.context.unit.pool.constant(JSON.stringify(site))] : [];
}
