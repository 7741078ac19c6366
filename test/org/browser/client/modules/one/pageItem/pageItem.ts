import { api, LightningElement } from 'lwc';
import { components } from 'shell/components';
import type { ComponentModel, PageModel, UiRecord } from '../../../../pages/page-model.ts';

export type Editing = {
  readonly isOn: boolean;
  readonly drafts: Readonly<Record<string, unknown>>;
  readonly faults: Readonly<Record<string, string>>;
};

/** One component of a record page, whatever it is; tabs hold more of them. */
export default class PageItem extends LightningElement {
  @api item!: ComponentModel;
  @api page!: PageModel;
  @api record: UiRecord | undefined;
  @api recordId = '';
  @api editing: Editing = { isOn: false, drafts: {}, faults: {} };
  isOpen = true;

  get highlights() {
    return this.item.kind === 'highlights' ? this.page.highlights : undefined;
  }

  get title(): string {
    const shown = this.record?.fields[this.page.nameField.name];
    return String(shown?.value ?? '');
  }

  get pathField() {
    return this.item.kind === 'path' ? this.item.field : undefined;
  }

  get tabs() {
    return this.item.kind === 'tabset' ? this.item.tabs : undefined;
  }

  get related() {
    return this.item.kind === 'relatedList' ? this.item : undefined;
  }

  get section() {
    return this.item.kind === 'section' ? this.item : undefined;
  }

  get columns() {
    return (this.section?.columns ?? []).map(({ key, fields }) => ({
      key,
      fields: fields.map((field) => ({
        ...field,
        model: field,
        draft: this.editing.drafts[field.name],
        fault: this.editing.faults[field.name],
      })),
    }));
  }

  get sectionIcon(): string {
    return this.isOpen ? 'utility:chevrondown' : 'utility:chevronright';
  }

  get component() {
    return this.item.kind === 'custom' ? components[this.item.name] : undefined;
  }

  get properties() {
    const own = this.item.kind === 'custom' ? this.item.properties : {};
    return { ...own, recordId: this.recordId };
  }

  handleEdit(): void {
    this.dispatchEvent(new CustomEvent('editfield', { bubbles: true, composed: true }));
  }

  handleToggle(): void {
    this.isOpen = !this.isOpen;
  }
}
