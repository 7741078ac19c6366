import { RecordError } from '../../record-error.ts';
import { type TriggerHost } from '../../records/trigger-host.ts';
import { type ApexProgram } from '../program.ts';
import { ApexException } from '../runtime/values/apex-exception.ts';
import { runTriggers } from '../data/trigger-runner.ts';
import { type Execution, isExecuting, type OrgServices, withExecution } from './execution.ts';
import { createExecution } from './run-execution.ts';

/**
 * Lets the program's triggers take part in every save. A save that Apex itself makes runs them in its own execution; one that
 * comes by API gets an execution for as long as its transaction lasts.
 */
export function createTriggerHost(org: () => OrgServices, program: ApexProgram, onCommitted: () => void): TriggerHost {
  let api: Execution | null = null;
  const inExecution = (userId: string, work: () => void): void => {
    if (isExecuting()) {
      work();
      return;
    }
    api ??= createExecution({ org: org(), program, kind: 'api', userId });
    api.userId = userId;
    try {
      withExecution(api, work);
    } catch (error) {
      throw error instanceof ApexException ? limitReached(error) : error;
    }
  };
  return {
    fires: (object) => program.triggersOn(object.name).length > 0,
    run: (session, moment, rows) => inExecution(session.userId, () => runTriggers(moment, rows)),
    published: (session, object, event) => {
      if (program.triggersOn(object.name).length > 0) org().jobs.addEvent(object.name, session.userId, event);
    },
    ended: (isCommitted) => {
      const ended = api;
      api = null;
      if (ended) withExecution(ended, () => ended.transaction[isCommitted ? 'commit' : 'rollback']());
      if (isCommitted) onCommitted();
    },
  };
}

/** A limit that a trigger reached ends an API save as an error of the record. */
function limitReached(error: ApexException): RecordError {
  return new RecordError(
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    `${error.typeName}: ${error.shownMessage()}\n\n${error.stackTrace()}`,
  );
}
