import { currentExecution, type TransactionKind } from '../../execution/execution.ts';
import { currentProgram } from '../../program.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { platformClass } from '../declare.ts';

/** A System.Request: the one under way. */
class ApexRequest extends PlatformObject {
  static override readonly apexName = 'System.Request';
}

const QUIDDITIES: Readonly<Record<TransactionKind, string>> = {
  anonymous: 'ANONYMOUS',
  api: 'REST',
  aura: 'AURA',
  rest: 'REST',
  test: 'RUNTEST_SYNC',
  queueable: 'QUEUEABLE',
  finalizer: 'TRANSACTION_FINALIZER_QUEUEABLE',
  future: 'FUTURE',
  batch: 'BATCH_APEX',
  schedulable: 'SCHEDULED',
  event: 'SYNCHRONOUS',
};

export const requestClass = platformClass('Request', {
  statics: { 'Request getCurrent()': () => new ApexRequest() },
  methods: {
    'String getRequestId()': () => currentExecution().requestId,
    'Quiddity getQuiddity()': () => {
      const name = QUIDDITIES[currentExecution().kind];
      return currentProgram()
        .enumValues('System.Quiddity')
        .find((value) => value.name === name);
    },
  },
});
