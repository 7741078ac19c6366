import { api, LightningElement } from 'lwc';
import type { FieldModel, UiRecord } from '../../../../pages/page-model.ts';

const INPUT_TYPES: Readonly<Record<string, string>> = {
  boolean: 'checkbox',
  currency: 'number',
  date: 'date',
  datetime: 'datetime',
  double: 'number',
  email: 'email',
  int: 'number',
  percent: 'number',
  phone: 'tel',
  url: 'url',
};
const NUMBERS = new Set(['currency', 'double', 'int', 'percent']);

/** One field of a record: its value as the platform shows it, or the control that changes it. */
export default class Field extends LightningElement {
  @api field!: FieldModel;
  @api record: UiRecord | undefined;
  /** `detail` with label and pencil, `cell` the bare value, `highlight` value under a label. */
  @api variant = 'detail';
  @api isEditing = false;
  @api draft: unknown;
  told: string | undefined;

  /** What is wrong with the field, as the last save told. */
  @api
  get fault(): string | undefined {
    return this.told;
  }
  set fault(value: string | undefined) {
    this.told = value;
    this.showFault();
  }

  get isDetail(): boolean {
    return this.variant === 'detail';
  }

  get isInput(): boolean {
    return this.isDetail && this.isEditing && this.field.isEditable;
  }

  get value(): unknown {
    return this.record?.fields[this.field.name]?.value ?? null;
  }

  get inputValue(): unknown {
    return this.draft === undefined ? this.value : this.draft;
  }

  get isChecked(): boolean {
    return this.inputValue === true;
  }

  get parent(): UiRecord | null {
    const { parent } = this.field;
    return parent && ((this.record?.fields[parent.relationship]?.value ?? null) as UiRecord | null);
  }

  get text(): string {
    const { parent } = this.field;
    if (parent !== null) return this.record?.fields[parent.relationship]?.displayValue ?? '';
    const shown = this.record?.fields[this.field.name];
    return shown?.displayValue ?? String(shown?.value ?? '');
  }

  get recordUrl(): string | undefined {
    const id = this.parent?.id ?? (this.field.isNameField && this.variant === 'cell' ? this.record?.id : undefined);
    return id === undefined || id.startsWith('005') || this.text === '' ? undefined : `/lightning/r/${id}/view`;
  }

  get link(): string | undefined {
    if (this.recordUrl !== undefined) return this.recordUrl;
    if (this.text === '') return undefined;
    if (this.field.type === 'phone') return `tel:${this.text}`;
    if (this.field.type === 'email') return `mailto:${this.text}`;
    return undefined;
  }

  get webLink(): string | undefined {
    return this.field.type === 'url' && /^https?:/.test(this.text) ? this.text : undefined;
  }

  get isPlain(): boolean {
    return !this.isCheckbox && this.link === undefined && this.webLink === undefined;
  }

  get isCheckbox(): boolean {
    return this.field.type === 'boolean';
  }

  get checkIcon(): string {
    return this.value === true ? 'utility:check' : 'utility:steps';
  }

  get checkText(): string {
    return this.value === true ? 'True' : 'False';
  }

  get isPicklist(): boolean {
    return this.field.type === 'picklist';
  }

  get isTextArea(): boolean {
    return this.field.type === 'textarea';
  }

  get isSimpleInput(): boolean {
    return !this.isPicklist && !this.isTextArea;
  }

  get options() {
    const none = this.field.isRequired ? [] : [{ label: '--None--', value: '' }];
    return [...none, ...this.field.picklist.map(({ label, value }) => ({ label, value }))];
  }

  get inputType(): string {
    return INPUT_TYPES[this.field.type] ?? 'text';
  }

  get step(): string | undefined {
    return NUMBERS.has(this.field.type) ? String(10 ** -this.field.scale) : undefined;
  }

  get pencilTitle(): string {
    return `Edit ${this.field.label}`;
  }

  renderedCallback(): void {
    this.showFault();
  }

  showFault(): void {
    const input = this.template?.querySelector<HTMLElement & ReportsFault>('[data-input]');
    if (input == null) return;
    input.setCustomValidity(this.fault ?? '');
    if (this.fault !== undefined) input.reportValidity();
  }

  /** What can be told without asking the org. */
  faultOf(value: unknown): string | undefined {
    return this.field.isRequired && (value ?? '') === '' ? 'Complete this field.' : undefined;
  }

  handleEdit(): void {
    this.dispatchEvent(new CustomEvent('editfield', { bubbles: true, composed: true }));
  }

  handleChange(event: CustomEvent<{ value?: unknown; checked?: boolean }>): void {
    const { value, checked } = event.detail;
    const changed = this.isCheckbox ? checked : value === '' ? null : value;
    this.dispatchEvent(
      new CustomEvent('draftfield', {
        bubbles: true,
        composed: true,
        detail: { name: this.field.name, value: changed, fault: this.faultOf(changed) },
      }),
    );
  }
}

type ReportsFault = { setCustomValidity(text: string): void; reportValidity(): boolean };
