import { refreshApex } from '@salesforce/apex';
import getHistory, { type HistoryEntry } from '@salesforce/apex/SyncStatusController.getHistory';
import getStatus, {
  type OpenRequest,
  type StatusRow,
  type StatusView,
} from '@salesforce/apex/SyncStatusController.getStatus';
import syncNow from '@salesforce/apex/SyncStatusController.syncNow';
import CAN_VIEW from '@salesforce/customPermission/CanViewSyncStatus';
import { subscribe, type PlatformEventMessage, type Subscription, unsubscribe } from 'lightning/empApi';
import { ShowToastEvent } from 'lightning/platformShowToastEvent';
import { notifyRecordUpdateAvailable, type Wired } from 'lightning/uiRecordApi';
import { api, LightningElement, wire } from 'lwc';
import { labels, lookOf } from './labels';

const NEW_EVENTS = -1;

/** Where a record stands in Salesforce and in Dynamics 365, company by company; refreshed by itself when a sync ends. */
export default class SyncStatus extends LightningElement {
  @api recordId: string | undefined;

  labels = labels;
  view: StatusView | undefined;
  fault: string | undefined;
  history: readonly HistoryEntry[] | undefined;
  isHistoryShown = false;
  isAsking = false;

  wired: Wired<StatusView> | undefined;
  subscription: Subscription | undefined;
  isConnected = false;

  @wire(getStatus, { recordId: '$recordId' })
  receive(answer: Wired<StatusView>): void {
    this.wired = answer;
    if (answer.data !== undefined) {
      this.view = answer.data;
      this.fault = undefined;
      this.hearSyncs(answer.data.eventChannel);
    } else if (answer.error !== undefined) {
      this.fault = messageOf(answer.error);
    }
  }

  connectedCallback(): void {
    this.isConnected = true;
  }

  disconnectedCallback(): void {
    this.isConnected = false;
    if (this.subscription !== undefined) unsubscribe(this.subscription);
    this.subscription = undefined;
  }

  get isShown(): boolean {
    return CAN_VIEW === true;
  }

  get isLoading(): boolean {
    return this.view === undefined && this.fault === undefined;
  }

  get hasNoMapping(): boolean {
    return this.view?.isMapped === false && !this.hasUnits;
  }

  get isUnsynced(): boolean {
    return this.view?.isMapped === true && !this.hasUnits;
  }

  get hasUnits(): boolean {
    return (this.view?.rows ?? []).length > 0;
  }

  get isPaused(): boolean {
    return this.view?.isPaused === true;
  }

  get canAsk(): boolean {
    return this.view?.canRequestSync === true;
  }

  get canReadHistory(): boolean {
    return this.view?.canReadHistory === true;
  }

  get historyLabel(): string {
    return this.isHistoryShown ? labels.hideHistory : labels.showHistory;
  }

  get hasNoHistory(): boolean {
    return this.history?.length === 0;
  }

  get units(): readonly UnitView[] {
    const requests = this.view?.requests ?? [];
    return (this.view?.rows ?? []).map((row) => unitOf(row, requests));
  }

  /** Requests of mappings that have no unit yet: the record's first way to Dynamics. */
  get newRequests(): readonly RequestView[] {
    const known = new Set((this.view?.rows ?? []).map(({ mapping }) => mapping));
    return (this.view?.requests ?? []).filter(({ mapping }) => !known.has(mapping)).map(requestOf);
  }

  get decisions(): readonly DecisionView[] {
    return (this.history ?? []).map((entry) => ({
      key: entry.id ?? '',
      at: entry.at,
      text: [entry.outcome ?? entry.action, entry.rule].filter(Boolean).join(' · '),
      fields: (entry.fields ?? []).join(', '),
    }));
  }

  async handleSync(): Promise<void> {
    this.isAsking = true;
    try {
      const asked = await syncNow({ recordId: this.recordId ?? null });
      this.tell(asked > 0 ? labels.requested : labels.nothingToSync, asked > 0 ? 'success' : 'info');
      await refreshApex(this.wired);
    } catch (error) {
      this.tell(messageOf(error), 'error');
    } finally {
      this.isAsking = false;
    }
  }

  async handleHistory(): Promise<void> {
    this.isHistoryShown = !this.isHistoryShown;
    if (this.isHistoryShown) await this.readHistory();
  }

  async handleRetry(): Promise<void> {
    this.fault = undefined;
    this.view = undefined;
    await refreshApex(this.wired);
  }

  async readHistory(): Promise<void> {
    this.history = undefined;
    try {
      this.history = await getHistory({ recordId: this.recordId ?? null });
    } catch (error) {
      this.isHistoryShown = false;
      this.tell(messageOf(error), 'error');
    }
  }

  async hearSyncs(channel: string | undefined): Promise<void> {
    if (channel === undefined || this.subscription !== undefined || !this.isConnected) return;
    this.subscription = { id: null, channel };
    try {
      const subscription = await subscribe(channel, NEW_EVENTS, (message) => this.handleSynced(message));
      if (this.isConnected) this.subscription = subscription;
      else await unsubscribe(subscription);
    } catch {
      // Without the stream the page is only as fresh as its last load; the next answer tries again.
      this.subscription = undefined;
    }
  }

  async handleSynced(message: PlatformEventMessage): Promise<void> {
    const { recordId } = this;
    if (recordId === undefined || !concerns(message, recordId)) return;
    await Promise.all([refreshApex(this.wired), notifyRecordUpdateAvailable([{ recordId }])]);
    if (this.isHistoryShown) await this.readHistory();
  }

  tell(message: string, variant: 'success' | 'info' | 'error'): void {
    this.dispatchEvent(new ShowToastEvent({ message, variant }));
  }
}

type UnitView = {
  readonly key: string;
  readonly company: string;
  readonly isPrimary: boolean;
  readonly number: string | undefined;
  readonly url: string | undefined;
  readonly stateText: string;
  readonly stateIcon: string;
  readonly stateVariant: string;
  readonly direction: string;
  /** As `lightning-relative-date-time` takes it: milliseconds, never text. */
  readonly lastSyncedAt: number | undefined;
  readonly unsent: string | undefined;
  readonly faults: readonly FaultView[];
};
type FaultView = { readonly key: string; readonly message: string; readonly fix: string | undefined };
type RequestView = { readonly key: string; readonly text: string; readonly message: string | undefined };
type DecisionView = {
  readonly key: string;
  readonly at: string | undefined;
  readonly text: string;
  readonly fields: string;
};

function unitOf(row: StatusRow, requests: readonly OpenRequest[]): UnitView {
  const look = lookOf(row.state);
  const isUnsent = requests.some(({ mapping, state }) => mapping === row.mapping && state === 'Due');
  return {
    key: row.unitKey ?? '',
    company: row.company ?? '',
    isPrimary: row.isPrimary === true,
    number: row.dynamicsNumber,
    url: row.dynamicsUrl,
    stateText: look.text,
    stateIcon: look.icon,
    stateVariant: look.variant,
    direction: row.direction === 'ToSalesforce' ? labels.toSalesforce : labels.toDynamics,
    lastSyncedAt: row.lastSyncedAt === undefined ? undefined : Date.parse(row.lastSyncedAt),
    unsent: isUnsent ? labels.unsent : undefined,
    faults: (row.faults ?? []).map((fault, index) => ({
      key: `${index}-${fault.code ?? ''}`,
      message: fault.message ?? fault.code ?? '',
      fix: fault.fix,
    })),
  };
}

function requestOf(request: OpenRequest): RequestView {
  return {
    key: request.mapping ?? '',
    text: request.state === 'Due' ? labels.unsent : lookOf(request.state).text,
    message: request.message,
  };
}

/** Whether an event is about the record; in a packaged org the field's name carries the namespace. */
function concerns({ data }: PlatformEventMessage, recordId: string): boolean {
  const field = Object.entries(data.payload).find(([name]) => name.endsWith('RecordId__c'));
  return String(field?.[1]).slice(0, 15) === recordId.slice(0, 15);
}

/** What an Apex method said, or that it could not be reached. */
function messageOf(error: unknown): string {
  const said = (error as { readonly body?: { readonly message?: string } }).body?.message;
  if (said === undefined) return labels.unavailable;
  try {
    return (JSON.parse(said) as { readonly message?: string }).message ?? labels.unavailable;
  } catch {
    return said;
  }
}
