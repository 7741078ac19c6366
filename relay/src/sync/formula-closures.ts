import { builtins } from 'sformula';
import type { Values } from '../dynamics/connector.ts';
import { FormulaFailure, isNode, type Node, strictContext } from './formula-strict.ts';

/** One evaluation of a formula, or of a part of it, against a record's fields. */
export type Evaluation = (fields: Values) => unknown;

/**
 * Turns a rewritten tree into functions, once per formula: sformula's own interpreter copies its whole library into a new context for
 * each evaluation, which for an ordinary mapping is most of what a record costs. `read` gives the evaluation of a field path.
 */
export function compileTree(tree: unknown, read: (path: string) => Evaluation): Evaluation {
  return compile(tree);

  function compile(node: unknown): Evaluation {
    const { type, value, test, consequent, alternate, elements } = asNode(node);
    switch (type) {
      case 'Literal':
        return () => value;
      case 'Identifier':
      case 'MemberExpression':
        return read(pathOf(node));
      case 'ArrayExpression':
        return listOf(elements);
      case 'ConditionalExpression':
        return choice(compile(test), compile(consequent), compile(alternate));
      case 'CallExpression':
        return compileCall(asNode(node));
      default:
        throw notSupported(type);
    }
  }

  function compileCall(node: Node): Evaluation {
    const run = functionOf(pathOf(node['callee']));
    const [first, second, ...others] = (node['arguments'] as readonly unknown[]).map(compile);
    // Nearly all calls have one operand or two, and need no list of them.
    if (first === undefined) return () => run();
    if (second === undefined) return (fields) => run(first(fields));
    if (others.length === 0) return (fields) => run(first(fields), second(fields));
    return (fields) => run(first(fields), second(fields), ...others.map((other) => other(fields)));
  }

  function listOf(elements: unknown): Evaluation {
    const parts = (elements as readonly unknown[]).map(compile);
    return (fields) => parts.map((part) => part(fields));
  }
}

function choice(test: Evaluation, consequent: Evaluation, alternate: Evaluation): Evaluation {
  return (fields) => (test(fields) ? consequent(fields) : alternate(fields));
}

type Builtin = (...operands: unknown[]) => unknown;

function functionOf(name: string): Builtin {
  const library = Object.hasOwn(strictContext, name) ? strictContext : (builtins as Readonly<Record<string, unknown>>);
  const found = Object.hasOwn(library, name) ? library[name] : undefined;
  if (typeof found !== 'function') throw new FormulaFailure(`there is no function ${name}`);
  return found as Builtin;
}

function pathOf(node: unknown): string {
  const { type, name, object, property } = asNode(node);
  if (type === 'Identifier') return String(name);
  if (type === 'MemberExpression') return `${pathOf(object)}.${pathOf(property)}`;
  throw notSupported(type);
}

function asNode(node: unknown): Node {
  if (isNode(node)) return node;
  throw notSupported(typeof node);
}

const notSupported = (type: unknown): FormulaFailure =>
  new FormulaFailure(`${String(type)} is not supported in a formula`);
