import COMPANY from '@salesforce/label/c.Status_Company';
import DIRECTION_TO_DYNAMICS from '@salesforce/label/c.Status_ToDynamics';
import DIRECTION_TO_SALESFORCE from '@salesforce/label/c.Status_ToSalesforce';
import DYNAMICS_NUMBER from '@salesforce/label/c.Status_DynamicsNumber';
import HIDE_HISTORY from '@salesforce/label/c.Status_HideHistory';
import LAST_SYNC from '@salesforce/label/c.Status_LastSync';
import LOADING from '@salesforce/label/c.Status_Loading';
import NEVER from '@salesforce/label/c.Status_Never';
import NO_HISTORY from '@salesforce/label/c.Status_NoHistory';
import NOT_MAPPED from '@salesforce/label/c.Status_NotMapped';
import NOT_SYNCED from '@salesforce/label/c.Status_NotSynced';
import NOTHING_TO_SYNC from '@salesforce/label/c.Status_NothingToSync';
import OPEN_IN_DYNAMICS from '@salesforce/label/c.Status_OpenInDynamics';
import PAUSED from '@salesforce/label/c.Status_Paused';
import PRIMARY from '@salesforce/label/c.Status_Primary';
import REQUESTED from '@salesforce/label/c.Status_Requested';
import SHOW_HISTORY from '@salesforce/label/c.Status_ShowHistory';
import STATE_BLOCKED from '@salesforce/label/c.Status_StateBlocked';
import STATE_CONFLICT from '@salesforce/label/c.Status_StateConflict';
import STATE_FAILED from '@salesforce/label/c.Status_StateFailed';
import STATE_HELD from '@salesforce/label/c.Status_StateHeld';
import STATE_IN_SYNC from '@salesforce/label/c.Status_StateInSync';
import STATE_PARTIAL from '@salesforce/label/c.Status_StatePartial';
import STATE_PENDING from '@salesforce/label/c.Status_StatePending';
import STATE_REJECTED from '@salesforce/label/c.Status_StateRejected';
import STATE_WAITING from '@salesforce/label/c.Status_StateWaiting';
import SYNC_NOW from '@salesforce/label/c.Status_SyncNow';
import TITLE from '@salesforce/label/c.Status_Title';
import TRY_AGAIN from '@salesforce/label/c.Status_TryAgain';
import UNAVAILABLE from '@salesforce/label/c.Status_Unavailable';
import UNSENT from '@salesforce/label/c.Status_Unsent';
import WHAT_TO_DO from '@salesforce/label/c.Status_WhatToDo';

/** The words of the component, as the org's language has them. */
export const labels = {
  company: COMPANY,
  dynamicsNumber: DYNAMICS_NUMBER,
  hideHistory: HIDE_HISTORY,
  lastSync: LAST_SYNC,
  loading: LOADING,
  never: NEVER,
  noHistory: NO_HISTORY,
  notMapped: NOT_MAPPED,
  notSynced: NOT_SYNCED,
  nothingToSync: NOTHING_TO_SYNC,
  openInDynamics: OPEN_IN_DYNAMICS,
  paused: PAUSED,
  primary: PRIMARY,
  requested: REQUESTED,
  showHistory: SHOW_HISTORY,
  syncNow: SYNC_NOW,
  title: TITLE,
  toDynamics: DIRECTION_TO_DYNAMICS,
  toSalesforce: DIRECTION_TO_SALESFORCE,
  tryAgain: TRY_AGAIN,
  unavailable: UNAVAILABLE,
  unsent: UNSENT,
  whatToDo: WHAT_TO_DO,
} as const;

export type StateLook = { readonly text: string; readonly icon: string; readonly variant: string };

const LOOKS: Readonly<Record<string, StateLook>> = {
  InSync: { text: STATE_IN_SYNC, icon: 'utility:success', variant: 'success' },
  Pending: { text: STATE_PENDING, icon: 'utility:clock', variant: '' },
  Waiting: { text: STATE_WAITING, icon: 'utility:clock', variant: '' },
  Held: { text: STATE_HELD, icon: 'utility:approval', variant: 'warning' },
  Conflict: { text: STATE_CONFLICT, icon: 'utility:merge', variant: 'warning' },
  Rejected: { text: STATE_REJECTED, icon: 'utility:error', variant: 'error' },
  Blocked: { text: STATE_BLOCKED, icon: 'utility:lock', variant: 'error' },
  Failed: { text: STATE_FAILED, icon: 'utility:error', variant: 'error' },
  Partial: { text: STATE_PARTIAL, icon: 'utility:warning', variant: 'warning' },
};

/** How a state is shown; one that is newer than this component is shown by its name. */
export function lookOf(state: string | undefined): StateLook {
  return LOOKS[state ?? 'Pending'] ?? { text: state ?? '', icon: 'utility:info', variant: '' };
}
