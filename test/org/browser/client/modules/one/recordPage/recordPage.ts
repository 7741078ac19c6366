import { api, LightningElement, wire } from 'lwc';
import { getRecord, updateRecord, type Wired } from 'lightning/uiRecordApi';
import { ShowToastEvent } from 'lightning/platformShowToastEvent';
import type { PageModel, UiRecord } from '../../../../pages/page-model.ts';
import { call, type FetchError } from '../../../platform/server.ts';

/** A record page: its layout for this user, its record, and the editing of its fields. */
export default class RecordPage extends LightningElement {
  shownId: string | undefined;
  model: PageModel | undefined;
  record: UiRecord | undefined;
  fault: string | undefined;
  fields: readonly string[] | undefined;
  editing: {
    isOn: boolean;
    drafts: Readonly<Record<string, unknown>>;
    faults: Readonly<Record<string, string>>;
  } = NOT_EDITING;
  isSaving = false;
  summary: string | undefined;

  @api
  get recordId(): string | undefined {
    return this.shownId;
  }
  set recordId(value: string | undefined) {
    this.shownId = value;
    void this.load();
  }

  @wire(getRecord, { recordId: '$shownId', optionalFields: '$fields' })
  receive({ data, error }: Wired<UiRecord>): void {
    if (data !== undefined && data.id.slice(0, 15) === this.shownId?.slice(0, 15)) {
      this.record = data;
      document.title = `${String(data.fields[this.model?.nameField.name ?? 'Name']?.value ?? '')} | Local Org`;
    } else if (error !== undefined) {
      this.fault = error.body?.message;
    }
  }

  get isReady(): boolean {
    return this.model !== undefined && this.record !== undefined;
  }

  get regions() {
    const { header = [], main = [], sidebar = [] } = this.model ?? {};
    return [
      { key: 'header', items: header, width: FULL_WIDTH },
      { key: 'main', items: main, width: sidebar.length > 0 ? `${FULL_WIDTH} slds-large-size_2-of-3` : FULL_WIDTH },
      { key: 'sidebar', items: sidebar, width: `${FULL_WIDTH} slds-large-size_1-of-3` },
    ];
  }

  async load(): Promise<void> {
    const asked = this.shownId;
    this.model = undefined;
    this.record = undefined;
    this.fields = undefined;
    this.fault = undefined;
    this.editing = NOT_EDITING;
    if (asked === undefined) return;
    try {
      const model = await call<PageModel>('GET', `pages/${asked}`);
      if (asked !== this.shownId) return;
      this.model = model;
      this.fields = model.fields;
    } catch (error) {
      this.fault = (error as FetchError).body.message;
    }
  }

  handleEdit(): void {
    this.editing = { ...this.editing, isOn: true };
  }

  handleDraft(event: CustomEvent<{ name: string; value: unknown; fault: string | undefined }>): void {
    const { name, value, fault } = event.detail;
    const others = Object.entries(this.editing.faults).filter(([faulty]) => faulty !== name);
    const faults = Object.fromEntries(fault === undefined ? others : [...others, [name, fault]]);
    this.editing = { ...this.editing, faults, drafts: { ...this.editing.drafts, [name]: value } };
  }

  handleCancel(): void {
    this.editing = NOT_EDITING;
    this.summary = undefined;
  }

  async handleSave(): Promise<void> {
    if (Object.keys(this.editing.faults).length > 0) {
      this.summary = REVIEW;
      return;
    }
    this.isSaving = true;
    this.summary = undefined;
    try {
      if (Object.keys(this.editing.drafts).length > 0) {
        await updateRecord({ fields: { Id: this.shownId, ...this.editing.drafts } });
        this.dispatchEvent(
          new ShowToastEvent({ message: `${this.model?.objectLabel ?? ''} was saved.`, variant: 'success' }),
        );
      }
      this.editing = NOT_EDITING;
    } catch (error) {
      this.showFaults(error as FetchError);
    } finally {
      this.isSaving = false;
    }
  }

  showFaults({ body }: FetchError): void {
    const told = Object.entries(body.output?.fieldErrors ?? {});
    this.editing = {
      ...this.editing,
      faults: Object.fromEntries(told.map(([name, faults]) => [name, faults[0]?.message ?? ''])),
    };
    this.summary = told.length > 0 ? REVIEW : body.message;
  }
}

const FULL_WIDTH = 'slds-col slds-size_1-of-1';
const REVIEW = 'Review the errors on this page.';
const NOT_EDITING = { isOn: false, drafts: {}, faults: {} };
