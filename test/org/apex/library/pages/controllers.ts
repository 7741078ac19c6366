import { type ApexSObject } from '../../data/apex-sobject.ts';
import { dataSide } from '../../data/data-side.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { toApexString } from '../../runtime/values/text.ts';
import { types } from '../../types.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { platformClass, type PlatformDeclaration } from '../declare.ts';
import { ApexPageReference } from '../system/page-reference-class.ts';

const NAMESPACE = { namespace: 'ApexPages' } as const;

const pageOf = (record: ApexSObject): ApexPageReference =>
  new ApexPageReference(`/${toApexString(record.getField('Id'))}`);

const write = (operation: 'upsert' | 'update' | 'delete', value: unknown): void =>
  dataSide.dml({ operation, value, accessMode: null, externalIdField: null });

class StandardController extends PlatformObject {
  static override readonly apexName = 'ApexPages.StandardController';
  readonly record: ApexSObject;

  constructor(record: ApexSObject) {
    super();
    this.record = record;
  }
}

class StandardSetController extends PlatformObject {
  static override readonly apexName = 'ApexPages.StandardSetController';
  readonly records: ApexList;
  selected: ApexList;
  pageSize = 20;
  page = 1;

  constructor(records: ApexList) {
    super();
    this.records = records;
    this.selected = new ApexList(types.SObject);
  }

  get pages(): number {
    return Math.max(1, Math.ceil(this.records.items.length / this.pageSize));
  }

  get shown(): ApexList {
    const start = (this.page - 1) * this.pageSize;
    return new ApexList(this.records.elementType, this.records.items.slice(start, start + this.pageSize));
  }

  turnTo(page: number): void {
    this.page = Math.min(Math.max(1, page), this.pages);
  }
}

const standardController = platformClass('StandardController', {
  ...NAMESPACE,
  constructors: { '(SObject)': strictStatic((record: ApexSObject) => new StandardController(record)) },
  methods: {
    'Id getId()': ({ record }: StandardController) => record.getField('Id'),
    'SObject getRecord()': ({ record }: StandardController) => record,
    'PageReference save()': ({ record }: StandardController) => {
      write('upsert', record);
      return pageOf(record);
    },
    'PageReference delete()': ({ record }: StandardController) => {
      write('delete', record);
      return new ApexPageReference('/home');
    },
    'PageReference view()': ({ record }: StandardController) => pageOf(record),
    'PageReference edit()': ({ record }: StandardController) => new ApexPageReference(`${pageOf(record).url}/e`),
    'PageReference cancel()': ({ record }: StandardController) => pageOf(record),
    'void addFields(List<String>)': () => undefined,
    'void reset()': () => undefined,
  },
});

const setController = platformClass('StandardSetController', {
  ...NAMESPACE,
  constructors: { '(List<SObject>)': strictStatic((records: ApexList) => new StandardSetController(records)) },
  methods: strictMethods({
    'List<SObject> getRecords()': (self: StandardSetController) => self.shown,
    'SObject getRecord()': (self: StandardSetController) => self.records.items[0] ?? null,
    'List<SObject> getSelected()': (self: StandardSetController) => self.selected,
    'void setSelected(List<SObject>)': (self: StandardSetController, selected: ApexList) => {
      self.selected = selected;
    },
    'Integer getResultSize()': (self: StandardSetController) => self.records.items.length,
    'Boolean getCompleteResult()': () => true,
    'Integer getPageSize()': (self: StandardSetController) => self.pageSize,
    'void setPageSize(Integer)': (self: StandardSetController, size: number) => {
      self.pageSize = size;
    },
    'Integer getPageNumber()': (self: StandardSetController) => self.page,
    'void setPageNumber(Integer)': (self: StandardSetController, page: number) => self.turnTo(page),
    'Boolean getHasNext()': (self: StandardSetController) => self.page < self.pages,
    'Boolean getHasPrevious()': (self: StandardSetController) => self.page > 1,
    'void first()': (self: StandardSetController) => self.turnTo(1),
    'void last()': (self: StandardSetController) => self.turnTo(self.pages),
    'void next()': (self: StandardSetController) => self.turnTo(self.page + 1),
    'void previous()': (self: StandardSetController) => self.turnTo(self.page - 1),
    'PageReference save()': (self: StandardSetController) => {
      write('update', self.selected);
      return new ApexPageReference('/home');
    },
    'PageReference cancel()': () => new ApexPageReference('/home'),
  }),
});

/** What Visualforce controllers are built on. */
export const controllerClasses: readonly PlatformDeclaration[] = [standardController, setController];
