import {
  ApexErrorListener,
  ApexParserFactory,
  type AnonymousUnitContext,
  type CompilationUnitContext,
  type TriggerUnitContext,
} from '@apexdevtools/apex-parser';
import { type ApexCompileError } from './errors.ts';

export type Token = { readonly line: number; readonly column: number };

/** What every node of the tree has. */
export type TreeNode = { readonly start: Token; readonly getText: () => string };

export type ApexSource = { readonly path: string; readonly text: string };

export type ParsedUnit =
  | { readonly kind: 'class'; readonly source: ApexSource; readonly tree: CompilationUnitContext }
  | { readonly kind: 'trigger'; readonly source: ApexSource; readonly tree: TriggerUnitContext }
  | { readonly kind: 'anonymous'; readonly source: ApexSource; readonly tree: AnonymousUnitContext };

class CollectingListener extends ApexErrorListener {
  readonly errors: ApexCompileError[] = [];
  readonly #path: string;

  constructor(path: string) {
    super();
    this.#path = path;
  }

  apexSyntaxError(line: number, column: number, message: string): void {
    this.errors.push({ path: this.#path, line, column: column + 1, message });
  }
}

/** Parses one file by its extension: `.cls`, `.trigger` or `.apex` (anonymous); syntax errors come back, all of them. */
export function parseSource(source: ApexSource): { unit: ParsedUnit; errors: readonly ApexCompileError[] } {
  const listener = new CollectingListener(source.path);
  const { parser } = ApexParserFactory.createLexerAndParser(source.text, listener);
  if (source.path.endsWith('.trigger'))
    return { unit: { kind: 'trigger', source, tree: parser.triggerUnit() }, errors: listener.errors };
  if (source.path.endsWith('.apex'))
    return { unit: { kind: 'anonymous', source, tree: parser.anonymousUnit() }, errors: listener.errors };
  return { unit: { kind: 'class', source, tree: parser.compilationUnit() }, errors: listener.errors };
}

/** The grammar's getters answer null where an optional part is absent, though their types do not say so. */
export function optional<T>(part: T): T | null {
  return part ?? null;
}
