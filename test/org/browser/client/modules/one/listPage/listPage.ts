import { api, LightningElement } from 'lwc';
import type { ListModel } from '../../../../pages/page-model.ts';
import { call, type FetchError } from '../../../platform/server.ts';

/** A list view: the newest records of an object. */
export default class ListPage extends LightningElement {
  model: ListModel | undefined;
  fault: string | undefined;
  shownObject = '';

  @api
  get objectName(): string {
    return this.shownObject;
  }
  set objectName(value: string) {
    this.shownObject = value;
    void this.load();
  }

  get count(): string {
    const { records = [], hasMore = false } = this.model ?? {};
    const many = records.length === 1 && !hasMore ? 'item' : 'items';
    return `${records.length}${hasMore ? '+' : ''} ${many} • Sorted by Created Date`;
  }

  get isEmpty(): boolean {
    return this.model?.records.length === 0;
  }

  async load(): Promise<void> {
    this.model = undefined;
    this.fault = undefined;
    const asked = this.shownObject;
    try {
      const model = await call<ListModel>('GET', `lists/${asked}`);
      if (asked !== this.shownObject) return;
      this.model = model;
      document.title = `${model.label} | Local Org`;
    } catch (error) {
      this.fault = (error as FetchError).body.message;
    }
  }
}
