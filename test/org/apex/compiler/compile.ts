import { type FieldDeclarationContext, type LocalVariableDeclarationContext } from '@apexdevtools/apex-parser';
import { type PlatformDeclaration } from '../library/declare.ts';
import { type Schema } from '../../metadata/schema.ts';
import { type ApexClassRecord } from '../program.ts';
import { types } from '../types.ts';
import { checkClass } from './check-classes.ts';
import { type CodeUnit, createBody, createPool } from './context.ts';
import { type DeclaredClass, declareType, declareTypes, emptyModel, readModifiers } from './declarations.ts';
import { emitClass, type LineTable, lineTable, statementLines } from './emit.ts';
import { type ApexCompileError, ApexCompileErrors, createDiagnostics, type Diagnostics, fail } from './errors.ts';
import { createPlatformLibrary } from './library.ts';
import { readHeader, readMember, readMembers } from './members.ts';
import { type ClassModel } from './model.ts';
import { type ApexSource, optional, parseSource, type ParsedUnit } from './parse.ts';
import { classRecord } from './records.ts';
import { compileScript, type ScriptPiece } from './bodies.ts';
import { type ApexWorld, createWorld } from './world.ts';

export type CompileInput = {
  /** `.cls`, `.trigger` and at most one `.apex` of anonymous code. */
  readonly sources: readonly ApexSource[];
  readonly declarations: readonly PlatformDeclaration[];
  readonly schema: Schema;
  readonly labels?: ReadonlyMap<string, string>;
  readonly namespace?: string | null;
  /** Compiles what can be compiled; the rest is listed in `errors` and fails where it is reached. */
  readonly keepsGoing?: boolean;
};

export type CompiledUnit = {
  readonly name: string;
  readonly path: string;
  /** The body of a function of `$` and `K` that answers one maker for each class. */
  readonly code: string;
  readonly table: LineTable;
  readonly lines: readonly number[];
};

export type CompiledTrigger = {
  readonly name: string;
  readonly objectName: string;
  readonly events: readonly string[];
};

/** A compiled source set; plain data, so that it can be kept on disk. */
export type CompiledApex = {
  readonly classes: readonly ApexClassRecord[];
  readonly units: readonly CompiledUnit[];
  readonly triggers: readonly CompiledTrigger[];
  /** What is wrong with the sources; nothing unless the compiler was told to keep going. */
  readonly errors: readonly ApexCompileError[];
};

/** The class that stands for a trigger and that for anonymous code. */
export const triggerClass = (name: string): string => `$Trigger$${name}`;
export const ANONYMOUS = '$Anonymous';

type Script = { readonly model: ClassModel; readonly unit: ParsedUnit; readonly trigger: CompiledTrigger | null };

/** Compiles a whole source set; everything that is wrong with it is thrown at once as ApexCompileErrors, unless it is to keep going. */
export function compileApex(input: CompileInput): CompiledApex {
  const diagnostics = createDiagnostics();
  const isStrict = input.keepsGoing !== true;
  const parsed = input.sources.map(parseSource);
  for (const { errors } of parsed) diagnostics.errors.push(...errors);
  if (isStrict) throwErrors(diagnostics);
  const units = parsed.filter(({ errors }) => errors.length === 0).map(({ unit }) => unit);
  const scripts = units.filter(({ kind }) => kind !== 'class').map((unit) => declareScript(unit));
  const declared = [...units.flatMap(declareTypes), ...scripts.flatMap(declareScriptTypes)];
  const world = createApexWorld(
    input,
    [...declared.map(({ model }) => model), ...scripts.map(({ model }) => model)],
    diagnostics,
  );
  readDeclarations(declared, scripts, world, diagnostics);
  const compiled = units.map((unit) => compileUnit(unit, { world, diagnostics, declared, scripts }));
  if (isStrict) throwErrors(diagnostics);
  return {
    classes: [...declared.map(({ model }) => model), ...scripts.map(({ model }) => model)].map(classRecord),
    units: compiled,
    triggers: scripts.flatMap(({ trigger }) => trigger ?? []),
    errors: inOrder(diagnostics),
  };
}

function throwErrors(diagnostics: Diagnostics): void {
  if (diagnostics.errors.length > 0) throw new ApexCompileErrors(inOrder(diagnostics));
}

function inOrder({ errors }: Diagnostics): ApexCompileError[] {
  const order = (path: string, line: number): string => `${path}\0${String(line).padStart(7, '0')}`;
  return errors.toSorted((a, b) => order(a.path, a.line).localeCompare(order(b.path, b.line)));
}

function createApexWorld(input: CompileInput, models: readonly ClassModel[], diagnostics: Diagnostics): ApexWorld {
  const classes = new Map<string, ClassModel>();
  for (const model of models) {
    if (classes.has(model.name.toLowerCase()))
      diagnostics.report(model.unit.source.path, model.tree.start, `Duplicate class: ${model.name}`);
    classes.set(model.name.toLowerCase(), model);
  }
  return createWorld({
    classes,
    library: createPlatformLibrary(input.declarations, (name) => input.schema.objects.has(name.toLowerCase())),
    schema: input.schema,
    namespace: input.namespace ?? null,
    labels: input.labels ?? new Map(),
  });
}

/** A trigger or anonymous code as a class of its own. */
function declareScript(unit: ParsedUnit): Script {
  const trigger = unit.kind === 'trigger' ? readTrigger(unit) : null;
  const name = trigger ? triggerClass(trigger.name) : ANONYMOUS;
  const modifiers = { ...readModifiers([]), visibility: 'public' as const };
  const model = emptyModel(name, {
    kind: 'class',
    simpleName: name,
    outer: null,
    unit,
    modifiers,
    tree: unit.tree,
    constants: [],
  });
  return { model, unit, trigger };
}

function readTrigger(unit: Extract<ParsedUnit, { kind: 'trigger' }>): CompiledTrigger {
  const [name, objectName] = unit.tree.id_list().map((id) => id.getText());
  const events = unit.tree.triggerCase_list().map((each) => {
    const words = [each.BEFORE(), each.AFTER(), each.INSERT(), each.UPDATE(), each.DELETE(), each.UNDELETE()];
    return words.flatMap((word) => optional(word)?.getText().toLowerCase() ?? []).join(' ');
  });
  return { name: name ?? '', objectName: objectName ?? '', events };
}

function scriptMembers(unit: ParsedUnit) {
  if (unit.kind === 'trigger') {
    return unit.tree
      .triggerBlock()
      .triggerBlockMember_list()
      .map((entry) => ({ entry, member: optional(entry.triggerMemberDeclaration()) }));
  }
  if (unit.kind !== 'anonymous') return [];
  return unit.tree
    .anonymousBlock()
    .anonymousBlockMember_list()
    .map((entry) => ({ entry, member: optional(entry.anonymousMemberDeclaration()) }));
}

function declareScriptTypes({ model, unit }: Script): DeclaredClass[] {
  return scriptMembers(unit).flatMap(({ entry, member }) =>
    member ? declareType(member, { unit, outer: model, modifiers: readModifiers(entry.modifier_list()) }) : [],
  );
}

function readDeclarations(
  declared: readonly DeclaredClass[],
  scripts: readonly Script[],
  world: ApexWorld,
  diagnostics: Diagnostics,
): void {
  const pass = { world, diagnostics };
  for (const each of declared) readHeader(each, pass);
  for (const each of declared) readMembers(each, pass);
  for (const { model, unit } of scripts)
    for (const { entry, member } of scriptMembers(unit))
      if (member && !optional(member.fieldDeclaration()))
        diagnostics.attempt(
          unit.source.path,
          () => {
            const read = readModifiers(entry.modifier_list());
            readMember(
              model,
              member,
              { ...read, visibility: 'public', words: new Set([...read.words, 'static']) },
              pass,
            );
          },
          undefined,
        );
  for (const { model } of declared)
    diagnostics.attempt(model.unit.source.path, () => checkClass(model, world), undefined);
}

type Compilation = {
  readonly world: ApexWorld;
  readonly diagnostics: Diagnostics;
  readonly declared: readonly DeclaredClass[];
  readonly scripts: readonly Script[];
};

function compileUnit(unit: ParsedUnit, { world, diagnostics, declared, scripts }: Compilation): CompiledUnit {
  const { path } = unit.source;
  const code: CodeUnit = { world, diagnostics, path, pool: createPool() };
  const script = scripts.find((each) => each.unit === unit);
  const models = declared.map(({ model }) => model).filter((model) => model.unit === unit && model.kind !== 'enum');
  const makers = models.map((model) => maker(model, emitClass(model, code)));
  if (script) makers.push(maker(script.model, emitClass(script.model, code, scriptCode(script, code))));
  const name = script?.model.name ?? models[0]?.name ?? path;
  const text = [
    '"use strict";',
    `const { nn } = $; const at = $.coverage(${JSON.stringify(name)});`,
    ...code.pool.declarations(),
    `return {\n${makers.join(',\n')}\n};`,
  ].join('\n');
  return { name, path, code: text, table: lineTable(text), lines: statementLines(text) };
}

const maker = (model: ClassModel, code: string): string => `${JSON.stringify(model.name)}: () => ${code}`;

function scriptCode({ model, unit, trigger }: Script, code: CodeUnit): string {
  const objectName = trigger && code.world.schema.objects.get(trigger.objectName.toLowerCase())?.name;
  if (trigger && objectName == null)
    code.diagnostics.attempt(code.path, () => fail(unit.tree, `Invalid type: ${trigger.objectName}`), undefined);
  const context = createBody({
    unit: code,
    owner: model,
    isStatic: true,
    returns: types.void,
    triggerObject: objectName ?? null,
  });
  const pieces = scriptMembers(unit).flatMap(({ entry, member }): ScriptPiece[] => {
    const statement = optional(entry.statement());
    const field = member && optional(member.fieldDeclaration());
    if (statement) return [{ statement }];
    // The grammar takes the variables of a script for fields; they live in the order of the statements.
    return field ? [{ local: localOf(field, () => entry.modifier_list()) }] : [];
  });
  return compileScript(pieces, context);
}

function localOf(
  field: FieldDeclarationContext,
  modifiers: LocalVariableDeclarationContext['modifier_list'],
): Extract<ScriptPiece, { local: unknown }>['local'] {
  return {
    start: field.start,
    getText: () => field.getText(),
    typeRef: () => field.typeRef(),
    variableDeclarators: () => field.variableDeclarators(),
    modifier_list: modifiers,
  };
}
