import { api, LightningElement } from 'lwc';
import type { ListModel } from '../../../../pages/page-model.ts';
import { watchRecord } from '../../../platform/record-changes.ts';
import { call } from '../../../platform/server.ts';

/** The children of the record; where the user may not see such records there is nothing. */
export default class RelatedList extends LightningElement {
  @api recordId = '';
  @api relationship = '';
  @api limit = 10;

  model: ListModel | undefined;
  unwatch: (() => void) | undefined;

  connectedCallback(): void {
    this.unwatch = watchRecord(this.recordId, () => void this.load());
    void this.load();
  }

  disconnectedCallback(): void {
    this.unwatch?.();
  }

  get title(): string {
    const { label = '', records = [], hasMore = false } = this.model ?? {};
    return `${label} (${records.length}${hasMore ? '+' : ''})`;
  }

  get hasRecords(): boolean {
    return (this.model?.records ?? []).length > 0;
  }

  async load(): Promise<void> {
    try {
      this.model = await call('GET', `related/${this.recordId}/${this.relationship}?limit=${this.limit}`);
    } catch {
      this.model = undefined;
    }
  }
}
