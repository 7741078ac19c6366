import { noteCallback, type PublishedEvents } from '../../async/publish-callbacks.ts';
import { publish } from '../../async/publish.ts';
import { ApexSObject } from '../../data/apex-sobject.ts';
import { currentExecution, type EventDelivery } from '../../execution/execution.ts';
import { throwApex, throwNullReference } from '../../runtime/values/apex-exception.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { type ApexObject, PlatformObject } from '../../runtime/values/apex-object.ts';
import { classOf } from '../../types.ts';
import { platformClass, type PlatformDeclaration, platformException, platformInterface } from '../declare.ts';
import { type DataObject } from './data-class.ts';
import { toResultObject } from './save-results.ts';

class TriggerContext extends PlatformObject {
  static override readonly apexName = 'EventBus.TriggerContext';
  readonly delivery: EventDelivery;

  constructor(delivery: EventDelivery) {
    super();
    this.delivery = delivery;
  }
}

function publishAll(events: ApexList | null, callback: ApexObject | null = null): ApexList {
  const records = (events ?? throwNullReference()).items.map((event) =>
    event instanceof ApexSObject ? event : throwNullReference(),
  );
  return new ApexList(classOf('Database.SaveResult'), published(records, callback));
}

function publishOne(event: ApexSObject | null, callback: ApexObject | null = null): DataObject | undefined {
  return published([event ?? throwNullReference()], callback)[0];
}

/** The results, and for the callback the events that went out. */
function published(records: readonly ApexSObject[], callback: ApexObject | null): DataObject[] {
  const results = publish(records);
  const uuids = results.filter(({ errors }) => errors.length === 0).map(({ operationId }) => operationId);
  if (callback && uuids.length > 0) noteCallback(callback, uuids);
  return results.map((result) => {
    const object = toResultObject('Database.SaveResult', result);
    object.values.set('operationId', result.operationId);
    return object;
  });
}

const NAMESPACE = { namespace: 'EventBus' } as const;
const uuidMethods = { 'List<String> getEventUuids()': (self: PublishedEvents) => self.list() };

/** EventBus.*: publishing, and what an event's trigger can say about its batch. */
export const eventClasses: readonly PlatformDeclaration[] = [
  platformClass('EventBus', {
    statics: {
      'Database.SaveResult publish(SObject)': publishOne,
      'List<Database.SaveResult> publish(List<SObject>)': publishAll,
      'Database.SaveResult publish(SObject, Object)': publishOne,
      'List<Database.SaveResult> publish(List<SObject>, Object)': publishAll,
      'String getOperationId(Database.SaveResult)': (result: DataObject | null) =>
        (result ?? throwNullReference()).get('operationId'),
    },
  }),
  platformClass('TriggerContext', {
    namespace: 'EventBus',
    statics: {
      'EventBus.TriggerContext currentContext()': () => {
        const { event } = currentExecution();
        return event
          ? new TriggerContext(event)
          : throwApex('System.UnexpectedException', 'EventBus.TriggerContext exists only in a trigger on events');
      },
    },
    properties: {
      'Integer retries': { get: (self: TriggerContext) => self.delivery.retries },
      'String lastError': { get: (self: TriggerContext) => self.delivery.lastError },
    },
    methods: {
      'void setResumeCheckpoint(String)': (self: TriggerContext, replayId: string | null) => {
        self.delivery.checkpoint = replayId;
      },
      'String getResumeCheckpoint()': (self: TriggerContext) => self.delivery.checkpoint,
    },
  }),
  platformInterface('EventPublishSuccessCallback', {
    ...NAMESPACE,
    methods: ['void onSuccess(EventBus.SuccessResult)'],
  }),
  platformInterface('EventPublishFailureCallback', {
    ...NAMESPACE,
    methods: ['void onFailure(EventBus.FailureResult)'],
  }),
  platformClass('SuccessResult', { ...NAMESPACE, methods: uuidMethods }),
  platformClass('FailureResult', { ...NAMESPACE, methods: uuidMethods }),
  platformException('EventBus.RetryableException'),
];
