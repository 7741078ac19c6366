import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ApexErrorListener, ApexParserFactory } from '@apexdevtools/apex-parser';
import { filesBelow } from '../metadata/source.ts';

/** A node of the parser's tree, as far as the checks look at it. */
export type Tree = {
  readonly children?: readonly Tree[] | null;
  readonly parentCtx?: Tree | null;
  readonly start?: { readonly line: number } | null;
  getText(): string;
};

/** An Apex class or trigger, parsed. `faults` says why it could not be. */
export type ApexFile = {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: Tree;
  readonly faults: readonly string[];
};

/** Something that is wrong, and where. */
export type Finding = { readonly line: number; readonly message: string };

/** Every class and trigger of the package, parsed. */
export function readApex(project: string): ApexFile[] {
  return filesBelow(project, ['force-app'])
    .filter((file) => /\.(cls|trigger)$/.test(file))
    .map((file) => parseApex(file, readFileSync(path.join(project, file), 'utf8')));
}

/** Parses one class or trigger. */
export function parseApex(file: string, text: string): ApexFile {
  const listener = new Collector();
  const { parser } = ApexParserFactory.createLexerAndParser(text, listener);
  const tree = (file.endsWith('.trigger') ? parser.triggerUnit() : parser.compilationUnit()) as unknown as Tree;
  return { path: file, text, tree, faults: listener.faults.map((fault) => `${file}:${fault}`) };
}

/** The nodes of a kind below a node, outermost first. `inside` says whether to go on below a node that was found. */
export function nodesOf<T>(
  tree: Tree,
  kind: abstract new (...parameters: never[]) => T,
  inside: (node: T) => boolean = () => true,
): (T & Tree)[] {
  const found: (T & Tree)[] = [];
  const visit = (node: Tree): void => {
    const isKind = node instanceof kind;
    if (isKind) found.push(node);
    if (!isKind || inside(node)) for (const child of node.children ?? []) visit(child);
  };
  visit(tree);
  return found;
}

/** The line of a node. */
export function lineOf(node: Tree): number {
  return node.start?.line ?? 1;
}

class Collector extends ApexErrorListener {
  readonly faults: string[] = [];

  apexSyntaxError(line: number, _column: number, message: string): void {
    this.faults.push(`${line}: ${message}`);
  }
}
