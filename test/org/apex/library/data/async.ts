import { type FinalizerContext, type QueueableContext, type SchedulableContext } from '../../async/job-contexts.ts';
import { signaturePart } from '../../async/enqueue.ts';
import { currentExecution } from '../../execution/execution.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { platformClass, type PlatformDeclaration, platformEnum, platformInterface } from '../declare.ts';
import { dataClass } from './data-class.ts';

/** What makes two queueables the same job. */
export class QueueableSignature extends PlatformObject {
  static override readonly apexName = 'System.QueueableDuplicateSignature';
  readonly parts: string[] = [];

  get text(): string {
    return JSON.stringify(this.parts);
  }
}

class SignatureBuilder extends PlatformObject {
  static override readonly apexName = 'QueueableDuplicateSignature.Builder';
  readonly signature = new QueueableSignature();

  add(value: unknown): this {
    this.signature.parts.push(signaturePart(value));
    return this;
  }
}

const builder = platformClass('Builder', {
  namespace: 'QueueableDuplicateSignature',
  constructors: { '()': () => new SignatureBuilder() },
  methods: {
    'QueueableDuplicateSignature.Builder addString(String)': (self: SignatureBuilder, value: unknown) =>
      self.add(value),
    'QueueableDuplicateSignature.Builder addInteger(Integer)': (self: SignatureBuilder, value: unknown) =>
      self.add(value),
    'QueueableDuplicateSignature.Builder addId(Id)': (self: SignatureBuilder, value: unknown) => self.add(value),
    'System.QueueableDuplicateSignature build()': (self: SignatureBuilder) => self.signature,
  },
});

/** Queueable, Schedulable and what surrounds them. */
export const asyncClasses: readonly PlatformDeclaration[] = [
  platformInterface('Queueable', { methods: ['void execute(QueueableContext)'] }),
  platformInterface('QueueableContext', { methods: { 'Id getJobId()': (self: QueueableContext) => self.jobId } }),
  platformInterface('Schedulable', { methods: ['void execute(SchedulableContext)'] }),
  platformInterface('SchedulableContext', {
    methods: { 'Id getTriggerId()': (self: SchedulableContext) => self.triggerId },
  }),
  platformInterface('Finalizer', { methods: ['void execute(FinalizerContext)'] }),
  platformInterface('FinalizerContext', {
    methods: {
      'Id getAsyncApexJobId()': (self: FinalizerContext) => self.jobId,
      'Exception getException()': (self: FinalizerContext) => self.exception,
      'ParentJobResult getResult()': (self: FinalizerContext) => self.result,
      'String getRequestId()': (self: FinalizerContext) => self.requestId,
    },
  }),
  platformEnum('ParentJobResult', ['SUCCESS', 'UNHANDLED_EXCEPTION']),
  dataClass('AsyncOptions', {
    fields: {
      MaximumQueueableStackDepth: 'Integer',
      MinimumQueueableDelayInMinutes: 'Integer',
      DuplicateSignature: 'QueueableDuplicateSignature',
    },
  }).declaration,
  platformClass('QueueableDuplicateSignature', {
    statics: { 'QueueableDuplicateSignature.Builder Builder()': () => new SignatureBuilder() },
  }),
  builder,
  platformClass('AsyncInfo', {
    statics: {
      'Integer getCurrentQueueableStackDepth()': () => currentExecution().job?.stackDepth ?? 0,
      'Integer getMaximumQueueableStackDepth()': () => currentExecution().job?.maximumStackDepth ?? null,
      'Boolean hasMaxStackDepth()': () => (currentExecution().job?.maximumStackDepth ?? null) !== null,
    },
  }),
];
