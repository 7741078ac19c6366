import { type ApexType, typeName } from '../types.ts';
import { type Diagnostics, fail } from './errors.ts';
import { type ClassModel, type FieldModel } from './model.ts';
import { type TreeNode } from './parse.ts';
import { type ApexWorld } from './world.ts';

/** Constants of one compiled file, each written once at its beginning. */
export type Pool = {
  readonly constant: (code: string) => string;
  readonly type: (type: ApexType) => string;
  readonly declarations: () => string[];
};

export function createPool(): Pool {
  const names = new Map<string, string>();
  const constant = (code: string): string => {
    const known = names.get(code);
    if (known !== undefined) return known;
    const name = `c${names.size}`;
    names.set(code, name);
    return name;
  };
  return {
    constant,
    type: (type) => constant(JSON.stringify(type)),
    declarations: () => [...names].map(([code, name]) => `const ${name} = ${code};`),
  };
}

/** What compiling one file needs. */
export type CodeUnit = {
  readonly world: ApexWorld;
  readonly diagnostics: Diagnostics;
  readonly path: string;
  readonly pool: Pool;
};

export type Variable = {
  readonly name: string;
  readonly type: ApexType;
  readonly code: string;
  readonly isFinal: boolean;
};

/** Local variables, from the innermost block outwards. */
export type Scope = { readonly parent: Scope | null; readonly variables: Map<string, Variable> };

/** What compiling one body needs: a method, an initializer, an accessor, a trigger. */
export type BodyContext = {
  readonly unit: CodeUnit;
  readonly owner: ClassModel;
  readonly isStatic: boolean;
  readonly returns: ApexType;
  readonly scope: Scope;
  /** Temporaries of the body, declared at its beginning. */
  readonly temporaries: string[];
  /** In an accessor, its property means what it keeps. */
  readonly accessorOf: FieldModel | null;
  /** Whether final fields may be set here. */
  readonly isInitializing: boolean;
  /** The object of the trigger this body belongs to. */
  readonly triggerObject: string | null;
  readonly loopDepth: number;
};

type BodyParts = Pick<BodyContext, 'unit' | 'owner' | 'isStatic' | 'returns'> &
  Partial<Pick<BodyContext, 'accessorOf' | 'isInitializing' | 'triggerObject'>>;

export function createBody(parts: BodyParts): BodyContext {
  return {
    accessorOf: null,
    isInitializing: false,
    triggerObject: null,
    ...parts,
    scope: { parent: null, variables: new Map() },
    temporaries: [],
    loopDepth: 0,
  };
}

/** The same body, one block further in. */
export function nested(context: BodyContext, changes: Partial<Pick<BodyContext, 'loopDepth'>> = {}): BodyContext {
  return { ...context, ...changes, scope: { parent: context.scope, variables: new Map() } };
}

export function findVariable(scope: Scope, name: string): Variable | undefined {
  const lower = name.toLowerCase();
  for (let each: Scope | null = scope; each; each = each.parent) {
    const found = each.variables.get(lower);
    if (found) return found;
  }
  return undefined;
}

/** Declares a local variable; Apex does not let an inner block hide an outer one's. */
export function declareVariable(
  context: BodyContext,
  tree: TreeNode,
  { name, type, isFinal = false }: { name: string; type: ApexType; isFinal?: boolean },
): Variable {
  if (findVariable(context.scope, name)) fail(tree, `Duplicate variable: ${name}`);
  if (type.kind === 'void') fail(tree, `Invalid type: ${typeName(type)}`);
  const variable = { name, type, code: `_${name.toLowerCase()}`, isFinal };
  context.scope.variables.set(name.toLowerCase(), variable);
  return variable;
}

export function temporary(context: BodyContext): string {
  const name = `t${context.temporaries.length}`;
  context.temporaries.push(name);
  return name;
}
