import { type BlockContext, MethodCallExpressionContext, type StatementContext } from '@apexdevtools/apex-parser';
import { types, typeName } from '../types.ts';
import { type BodyContext, type CodeUnit, createBody, declareVariable } from './context.ts';
import { compileConstructorCall, defaultConstructorKey } from './expressions/creation.ts';
import { compileAs, compileExpression } from './expressions/expression.ts';
import { type ClassModel, type FieldModel, type MethodModel, outermost } from './model.ts';
import { optional } from './parse.ts';
import { at, compileLocal, compileStatements, type LocalTree } from './statements/statement.ts';
import { isType } from './typed.ts';

/** Surrounds the statements of a method with what counts depth and carries the sharing of its class. */
export function enclose(code: string, context: BodyContext): string {
  const temporaries = context.temporaries.length > 0 ? `let ${context.temporaries.join(', ')};\n` : '';
  const sharing = sharingOf(context.owner);
  if (sharing === null) return `{\n$.enter();\ntry {\n${temporaries}${code}\n} finally { $.leave(); }\n}`;
  return `{\nconst outer = $.enterSharing("${sharing}");\ntry {\n${temporaries}${code}\n} finally { $.leaveSharing(outer); }\n}`;
}

/** Inner classes do not inherit the sharing of their outer class; without a keyword the caller's stays. */
function sharingOf({ modifiers: { sharing } }: ClassModel): 'with' | 'without' | null {
  return sharing === 'with' || sharing === 'without' ? sharing : null;
}

/** Where the stack trace says a body is: `Class.Outer.Inner.method`. */
export const placeOf = (model: ClassModel, member: string): string => {
  const root = outermost(model).name;
  if (root.startsWith('$Trigger$')) return `Trigger.${root.slice('$Trigger$'.length)}`;
  return root === '$Anonymous' ? 'AnonymousBlock' : `Class.${model.name}${member}`;
};

export const mark = (place: string): string => `//# ${place}`;

const parameterCode = (method: MethodModel): string =>
  method.parameters.map(({ name }) => `_${name.toLowerCase()}`).join(', ');

function bodyOf(method: MethodModel, unit: CodeUnit, isConstructor: boolean): BodyContext {
  const context = createBody({
    unit,
    owner: method.owner,
    isStatic: method.isStatic,
    returns: method.returns,
    isInitializing: isConstructor,
  });
  for (const { name, type } of method.parameters)
    unit.diagnostics.attempt(unit.path, () => declareVariable(context, method.tree, { name, type }), null);
  return context;
}

/** A method with its statements, or what an abstract one says when it is called. */
export function compileMethod(method: MethodModel, unit: CodeUnit): string {
  const head = `${method.isStatic ? 'static ' : ''}${method.key}(${parameterCode(method)})`;
  if (!method.body) return '';
  const context = bodyOf(method, unit, false);
  const { code, completes } = compileStatements(method.body.statement_list(), context);
  if (completes && !isType(method.returns, types.void))
    unit.diagnostics.report(
      unit.path,
      method.tree.start,
      `Missing return statement required return type: ${typeName(method.returns)}`,
    );
  const begin = method.isStatic && hasStaticBlock(method.owner) ? `${staticsCall(method.owner)};\n` : '';
  return `${mark(placeOf(method.owner, `.${method.name}`))}\n${head} ${enclose(begin + code, context)}`;
}

const hasStaticBlock = (model: ClassModel): boolean =>
  model.initializers.some(({ isStatic, block }) => isStatic && block !== null);

const staticsCall = (model: ClassModel): string => `K.${model.name.replaceAll('.', '$')}.$statics()`;

/** A constructor: that of the superclass, the initializers, its own statements. */
export function compileConstructor(method: MethodModel, unit: CodeUnit): string {
  const context = bodyOf(method, unit, true);
  const { owner } = method;
  const [first, ...rest] = method.body?.statement_list() ?? [];
  const call = first ? constructorCall(first) : null;
  const lead = call ? leadingCall(call, first, context) : implicitSuper(method, unit, context);
  const isDelegating = call !== null && optional(call.THIS()) !== null;
  const statements = call ? rest : (method.body?.statement_list() ?? []);
  const { code, completes } = compileStatements(statements, context);
  const begin = [
    hasStaticBlock(outermost(owner)) ? `${staticsCall(outermost(owner))};` : '',
    lead,
    isDelegating ? '' : `this.${fieldsKey(owner)}();`,
  ];
  const end = completes ? 'return this;' : '';
  return `${mark(placeOf(owner, '.<init>'))}\n${method.key}(${parameterCode(method)}) ${enclose([...begin, code, end].join('\n'), context)}`;
}

type ConstructorCallTree = ReturnType<MethodCallExpressionContext['methodCall']>;

function constructorCall(tree: StatementContext): ConstructorCallTree | null {
  const expression = optional(tree.expressionStatement())?.expression();
  if (!(expression instanceof MethodCallExpressionContext)) return null;
  const call = expression.methodCall();
  return (optional(call.THIS()) ?? optional(call.SUPER())) ? call : null;
}

function leadingCall(call: ConstructorCallTree, first: StatementContext | undefined, context: BodyContext): string {
  const { unit } = context;
  const args = optional(call.expressionList())?.expression_list() ?? [];
  const compile = (): string => {
    const values = args.map((each) => compileExpression(each, context));
    return compileConstructorCall(optional(call.THIS()) ? 'this' : 'super', values, context, call).code;
  };
  return `${first ? at(first) : ''} ${unit.diagnostics.attemptCode(unit.path, compile)};`;
}

function implicitSuper({ tree }: Pick<MethodModel, 'tree'>, unit: CodeUnit, context: BodyContext): string {
  const { owner } = context;
  if (!owner.superclass) return '';
  return unit.diagnostics.attemptCode(unit.path, () => `${compileConstructorCall('super', [], context, tree).code};`);
}

/** The constructor of a class that declares none. */
export function compileDefaultConstructor(model: ClassModel, unit: CodeUnit): string {
  const context = createBody({ unit, owner: model, isStatic: false, returns: types.void, isInitializing: true });
  const lead = implicitSuper({ tree: model.tree }, unit, context);
  return `${defaultConstructorKey(model)}() {\n${lead}\nthis.${fieldsKey(model)}();\nreturn this;\n}`;
}

/** The constructors that every exception has, whatever it declares. */
export function compileBuiltInConstructor(model: ClassModel, hasParent: boolean): string {
  const lead = hasParent ? 'super.new$builtin(...given);' : 'this.initialize(...given);';
  return `new$builtin(...given) {\n${lead}\nthis.${fieldsKey(model)}();\nreturn this;\n}`;
}

const fieldsKey = (model: ClassModel): string => `$fields$${model.name.toLowerCase().replaceAll('.', '_')}`;

/** What runs before a constructor's statements: field values and blocks, in the order of the source. */
export function compileFieldInitializers(model: ClassModel, unit: CodeUnit): string {
  const context = createBody({ unit, owner: model, isStatic: false, returns: types.void, isInitializing: true });
  const code = initializerCode(model, context, false);
  const temporaries = context.temporaries.length > 0 ? `let ${context.temporaries.join(', ')};\n` : '';
  return `${mark(placeOf(model, ''))}\n${fieldsKey(model)}() {\n${temporaries}${code}\n}`;
}

/** The same for a class's static side, run when a transaction first uses it. */
export function compileStaticInitializers(model: ClassModel, unit: CodeUnit): string {
  const context = createBody({ unit, owner: model, isStatic: true, returns: types.void, isInitializing: true });
  const code = initializerCode(model, context, true);
  return `() => ${enclose(code, context)}`;
}

function initializerCode(model: ClassModel, context: BodyContext, isStatic: boolean): string {
  const { diagnostics, path } = context.unit;
  return model.initializers
    .filter((each) => each.isStatic === isStatic)
    .map((each) => {
      if (each.block) return `{\n${compileStatements(each.block.statement_list(), blockContext(context)).code}\n}`;
      return diagnostics.attemptCode(path, () => fieldCode(each.field, context));
    })
    .filter((code) => code !== '')
    .join('\n');
}

function blockContext(context: BodyContext): BodyContext {
  return { ...context, scope: { parent: null, variables: new Map() } };
}

function fieldCode(field: FieldModel, context: BodyContext): string {
  if (!field.initializer) return '';
  const target = field.isStatic ? staticsCall(field.owner) : 'this';
  const value = compileAs(field.initializer, field.type, context).code;
  return `${at(field.tree)} ${target}.${field.key} = ${value};`;
}

/** Getter and setter of a property in JavaScript; what has no body keeps the value behind `$_name`. */
export function compileProperty(field: FieldModel, unit: CodeUnit): string {
  const { property, key } = field;
  if (!property) return '';
  const target = field.isStatic ? staticsCall(field.owner) : 'this';
  const accessor = (which: 'get' | 'set', body: BlockContext | null): string => {
    const parameter = which === 'set' ? '_value' : '';
    if (!body)
      return `${which} ${key}(${parameter}) { ${which === 'get' ? `return ${target}.$${key};` : `${target}.$${key} = _value;`} }`;
    const context = createBody({
      unit,
      owner: field.owner,
      isStatic: field.isStatic,
      returns: which === 'get' ? field.type : types.void,
      accessorOf: field,
    });
    if (which === 'set') declareVariable(context, field.tree, { name: 'value', type: field.type });
    const { code, completes } = compileStatements(body.statement_list(), context);
    if (which === 'get' && completes)
      unit.diagnostics.report(
        unit.path,
        field.tree.start,
        `Missing return statement required return type: ${typeName(field.type)}`,
      );
    return `${mark(placeOf(field.owner, `.${field.name}`))}\n${which} ${key}(${parameter}) ${enclose(code, context)}`;
  };
  return [accessor('get', property.get?.body ?? null), accessor('set', property.set?.body ?? null)].join('\n');
}

/** Whether a property needs accessors; plain `{ get; set; }` is kept like a field. */
export function hasAccessors({ property, modifiers: { words } }: FieldModel): boolean {
  if (!property) return false;
  const isVirtual = words.has('virtual') || words.has('abstract') || words.has('override');
  return isVirtual || property.get?.body != null || property.set?.body != null;
}

/** A statement of a trigger or of anonymous code, or the declaration of a variable there. */
export type ScriptPiece = { readonly statement: StatementContext } | { readonly local: LocalTree };

/** The body of a trigger or of anonymous code as a static method. */
export function compileScript(pieces: readonly ScriptPiece[], context: BodyContext): string {
  const codes = pieces.map((piece) =>
    'local' in piece
      ? `${at(piece.local)} ${compileLocal(piece.local, context)}`
      : compileStatements([piece.statement], context).code,
  );
  return `${mark(placeOf(context.owner, ''))}\nstatic $run() ${enclose(codes.join('\n'), context)}`;
}
