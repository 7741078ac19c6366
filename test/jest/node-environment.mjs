import { TestEnvironment } from 'jest-environment-node';

/** Shares the host's error classes with the test realm: without it `error instanceof Error` is false for errors of node's own modules. */
export default class NodeEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'AggregateError']) {
      this.global[name] = globalThis[name];
    }
  }
}
