import { ApexId } from '../runtime/values/apex-id.ts';
import { type ApexEnumValue } from '../runtime/values/apex-enum.ts';
import { type ApexException } from '../runtime/values/apex-exception.ts';
import { PlatformObject } from '../runtime/values/apex-object.ts';

/** What `execute(QueueableContext)` receives. */
export class QueueableContext extends PlatformObject {
  static override readonly apexName = 'System.QueueableContext';
  readonly jobId: ApexId;

  constructor(jobId: string) {
    super();
    this.jobId = ApexId.of(jobId);
  }
}

export class BatchableContext extends PlatformObject {
  static override readonly apexName = 'Database.BatchableContext';
  readonly jobId: ApexId;
  readonly childJobId: ApexId;

  constructor(jobId: string) {
    super();
    this.jobId = ApexId.of(jobId);
    this.childJobId = this.jobId;
  }
}

export class SchedulableContext extends PlatformObject {
  static override readonly apexName = 'System.SchedulableContext';
  readonly triggerId: ApexId;

  constructor(triggerId: string) {
    super();
    this.triggerId = ApexId.of(triggerId);
  }
}

/** What a finalizer learns of the job it follows. */
export class FinalizerContext extends PlatformObject {
  static override readonly apexName = 'System.FinalizerContext';
  readonly jobId: ApexId;
  readonly requestId: string;
  readonly result: ApexEnumValue;
  readonly exception: ApexException | null;

  constructor(job: { jobId: string; requestId: string; result: ApexEnumValue; exception: ApexException | null }) {
    super();
    this.jobId = ApexId.of(job.jobId);
    this.requestId = job.requestId;
    this.result = job.result;
    this.exception = job.exception;
  }
}

/** What Database.getQueryLocator gives: the records are read at once. */
export class QueryLocator extends PlatformObject {
  static override readonly apexName = 'Database.QueryLocator';
  readonly query: string;
  readonly records: readonly unknown[];

  constructor(query: string, records: readonly unknown[]) {
    super();
    this.query = query;
    this.records = records;
  }
}
