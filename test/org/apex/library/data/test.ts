import { objectNamed } from '../../../metadata/schema.ts';
import { deliverInTest, failInTest } from '../../testing/test-bus.ts';
import { newSObjectsFromCsv } from '../../testing/load-data.ts';
import { startTest, stopTest, testState } from '../../testing/test-window.ts';
import { currentExecution } from '../../execution/execution.ts';
import { currentProgram } from '../../program.ts';
import { throwApex, throwNullReference } from '../../runtime/values/apex-exception.ts';
import { type ApexDatetime } from '../../runtime/values/apex-datetime.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { type ApexObject, PlatformObject } from '../../runtime/values/apex-object.ts';
import { ApexTypeToken } from '../../runtime/values/apex-type-token.ts';
import { type SObjectTypeToken } from '../../data/tokens.ts';
import { classOf, listOf, types, typeName } from '../../types.ts';
import { platformClass, type PlatformDeclaration, platformInterface } from '../declare.ts';
import { recordOfId } from './record-of-id.ts';
import { pageState } from '../pages/page-state.ts';
import { setFixedSearchResults } from './search.ts';

class TestEventBus extends PlatformObject {
  static override readonly apexName = 'EventBus.TestBroker';
}

function setMock(type: ApexTypeToken | null, mock: ApexObject | null): void {
  if (type?.name.toLowerCase() !== 'httpcalloutmock') {
    throwApex('System.UnsupportedOperationException', `The local org does not know mocks of ${type?.name ?? 'null'}.`);
  }
  testState().calloutMock = mock;
}

/** Every call of the stub goes to the StubProvider with the method's name and types. */
function createStub(type: ApexTypeToken | null, provider: ApexObject | null): ApexObject {
  if (type === null || provider === null) throwNullReference();
  const typeList = (items: readonly unknown[]): ApexList => new ApexList(classOf('System.Type'), [...items]);
  return currentProgram().createStub(typeName(type.type), (method, args) =>
    currentProgram().invoke(provider, 'handleMethodCall', [
      null,
      method.name,
      method.returns.kind === 'void' ? null : new ApexTypeToken(method.returns),
      typeList(method.parameters.map((parameter) => new ApexTypeToken(parameter.type))),
      new ApexList(
        types.String,
        method.parameters.map(({ name }) => name),
      ),
      new ApexList(types.any, [...args]),
    ]),
  );
}

function setCreatedDate(id: ApexId | null, at: ApexDatetime | null): void {
  testState();
  const record = recordOfId(id);
  if (!record.object || at === null || id === null) throwNullReference();
  const { store } = currentExecution().org;
  store.update(objectNamed(store.schema, record.objectName), id.value, {
    CreatedDate: new Date(at.epochMs).toISOString(),
  });
}

function standardPricebookId(): ApexId {
  const rows = currentExecution().org.store.db.all('SELECT "Id" FROM "Pricebook2" WHERE "IsStandard" = 1');
  return ApexId.of(String(rows[0]?.[0]));
}

function loadData(type: SObjectTypeToken | null, resource: string | null): ApexList {
  testState();
  return newSObjectsFromCsv((type ?? throwNullReference()).object, resource ?? throwNullReference());
}

function setCurrentPage(page: PlatformObject | null): void {
  pageState().page = page;
}

/** Test.*, what it gives, and the interface that stubs answer through. */
export const testClasses: readonly PlatformDeclaration[] = [
  platformClass('Test', {
    statics: {
      'void startTest()': startTest,
      'void stopTest()': stopTest,
      'Boolean isRunningTest()': () => currentExecution().test !== null,
      'void setMock(System.Type, Object)': setMock,
      'Object createStub(System.Type, StubProvider)': createStub,
      'Id getStandardPricebookId()': standardPricebookId,
      'void setCreatedDate(Id, Datetime)': setCreatedDate,
      'List<SObject> loadData(Schema.SObjectType, String)': { call: loadData, returns: () => listOf(types.SObject) },
      'EventBus.TestBroker getEventBus()': () => new TestEventBus(),
      'void setFixedSearchResults(List<Id>)': setFixedSearchResults,
      'void setCurrentPage(PageReference)': setCurrentPage,
      'void setCurrentPageReference(PageReference)': setCurrentPage,
      'void enqueueBatchJobs(Integer)': () =>
        throwApex('System.UnsupportedOperationException', 'The local org does not know Test.enqueueBatchJobs.'),
    },
  }),
  platformClass('TestBroker', {
    namespace: 'EventBus',
    methods: { 'void deliver()': deliverInTest, 'void fail()': failInTest },
  }),
  platformInterface('StubProvider', {
    methods: ['Object handleMethodCall(Object, String, System.Type, List<System.Type>, List<String>, List<Object>)'],
  }),
];
