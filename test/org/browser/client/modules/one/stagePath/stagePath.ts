import { api, LightningElement } from 'lwc';
import { updateRecord } from 'lightning/uiRecordApi';
import { ShowToastEvent } from 'lightning/platformShowToastEvent';
import type { FieldModel, UiRecord } from '../../../../pages/page-model.ts';
import type { FetchError } from '../../../platform/server.ts';

const LOST = 'Closed Lost';

/** The stages of the record from first to last; a stage is chosen and marked as current. */
export default class StagePath extends LightningElement {
  @api field!: FieldModel;
  @api record: UiRecord | undefined;
  chosen: string | undefined;
  isSaving = false;

  get current(): string {
    return String(this.record?.fields[this.field.name]?.value ?? '');
  }

  get stages() {
    const all = this.field.picklist.filter(({ value }) => value !== LOST || this.current === LOST);
    const at = all.findIndex(({ value }) => value === this.current);
    const picked = this.chosen ?? this.current;
    return all.map(({ value, label }, index) => ({
      value,
      label,
      isSelected: value === picked,
      isComplete: index < at,
      tabIndex: value === picked ? '0' : '-1',
      itemClass: `slds-path__item ${lookOf(value, index, at)}${value === picked ? ' slds-is-active' : ''}`,
    }));
  }

  get isShown(): boolean {
    return this.field.isEditable && this.record !== undefined;
  }

  get buttonLabel(): string {
    return this.chosen === undefined || this.chosen === this.current
      ? 'Mark Stage as Complete'
      : 'Mark as Current Stage';
  }

  get isMarkDisabled(): boolean {
    return this.isSaving || this.wanted === undefined;
  }

  /** What the button sets: the chosen stage, or the one after the current. */
  get wanted(): string | undefined {
    if (this.chosen !== undefined && this.chosen !== this.current) return this.chosen;
    const values = this.stages.map(({ value }) => value);
    return values[values.indexOf(this.current) + 1];
  }

  handleChoose(event: Event): void {
    this.chosen = (event.currentTarget as HTMLElement).dataset['stage'];
  }

  async handleMark(): Promise<void> {
    const { wanted } = this;
    if (wanted === undefined || this.record === undefined) return;
    this.isSaving = true;
    try {
      await updateRecord({ fields: { Id: this.record.id, [this.field.name]: wanted } });
      this.chosen = undefined;
      this.dispatchEvent(new ShowToastEvent({ message: 'Stage changed successfully.', variant: 'success' }));
    } catch (error) {
      this.dispatchEvent(new ShowToastEvent({ message: (error as FetchError).body.message, variant: 'error' }));
    } finally {
      this.isSaving = false;
    }
  }
}

function lookOf(value: string, index: number, at: number): string {
  if (index === at) return value === 'Closed Won' ? 'slds-is-current slds-is-won' : 'slds-is-current';
  return index < at ? 'slds-is-complete' : 'slds-is-incomplete';
}
