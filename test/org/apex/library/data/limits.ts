import { currentExecution } from '../../execution/execution.ts';
import { type LimitName } from '../../limits/limits.ts';
import { type Members, type MethodEntry, platformClass } from '../declare.ts';

/** The methods of Limits by the counter they read: `getQueries`, `getLimitQueries`. */
const NAMES: Readonly<Record<string, LimitName>> = {
  Queries: 'Queries',
  QueryRows: 'QueryRows',
  AggregateQueries: 'AggregateQueries',
  QueryLocatorRows: 'QueryLocatorRows',
  SoslQueries: 'SoslQueries',
  DmlStatements: 'DmlStatements',
  DmlRows: 'DmlRows',
  Callouts: 'Callouts',
  QueueableJobs: 'QueueableJobs',
  FutureCalls: 'FutureCalls',
  AsyncCalls: 'AsyncCalls',
  EmailInvocations: 'EmailInvocations',
  PublishImmediateDML: 'PublishImmediateDML',
  MobilePushApexCalls: 'MobilePushApexCalls',
  CpuTime: 'CpuTime',
  HeapSize: 'HeapSize',
};

function methods(): Members<MethodEntry> {
  const members: Record<string, MethodEntry> = {};
  for (const [name, counter] of Object.entries(NAMES)) {
    members[`Integer get${name}()`] = () => currentExecution().limits.used(counter);
    members[`Integer getLimit${name}()`] = () => currentExecution().limits.allowed(counter);
  }
  return members;
}

export const limitsClass = platformClass('Limits', { statics: methods() });
