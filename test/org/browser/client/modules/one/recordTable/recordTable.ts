import { api, LightningElement } from 'lwc';
import type { FieldModel, UiRecord } from '../../../../pages/page-model.ts';

const RIGHT_ALIGNED = new Set(['currency', 'double', 'int', 'percent']);

/** Records in rows, their names leading to them. */
export default class RecordTable extends LightningElement {
  @api label = '';
  @api columns: readonly FieldModel[] = [];
  @api records: readonly UiRecord[] = [];

  get heads() {
    return this.columns.map((field) => ({ ...field, headClass: alignment(field) }));
  }

  get rows() {
    return this.records.map((record) => ({
      id: record.id,
      record,
      cells: this.columns.map((field) => ({ key: `${record.id}-${field.name}`, field, cellClass: alignment(field) })),
    }));
  }
}

function alignment({ type }: FieldModel): string {
  return RIGHT_ALIGNED.has(type) ? 'slds-text-align_right' : '';
}
