import getHistory from '@salesforce/apex/SyncStatusController.getHistory';
import getStatus from '@salesforce/apex/SyncStatusController.getStatus';
import syncNow from '@salesforce/apex/SyncStatusController.syncNow';
import { subscribe, unsubscribe } from 'lightning/empApi';
import { notifyRecordUpdateAvailable } from 'lightning/uiRecordApi';
import { createElement } from 'lwc';
import SyncStatus from '../syncStatus';

jest.mock(
  '@salesforce/apex/SyncStatusController.getStatus',
  () => {
    const { createApexTestWireAdapter } = jest.requireActual('@salesforce/sfdx-lwc-jest');
    return { default: createApexTestWireAdapter(jest.fn()) };
  },
  { virtual: true },
);
jest.mock('@salesforce/apex/SyncStatusController.syncNow', () => ({ default: jest.fn() }), { virtual: true });
jest.mock('@salesforce/apex/SyncStatusController.getHistory', () => ({ default: jest.fn() }), { virtual: true });
jest.mock('@salesforce/customPermission/CanViewSyncStatus', () => ({ default: true }), { virtual: true });

const ACCOUNT = '001Ca000000001EIAQ';
const wire = getStatus as unknown as { emit(view: unknown): void; error(body: unknown, status: number): void };
const asked = syncNow as unknown as jest.Mock;
const told = getHistory as unknown as jest.Mock;
const settled = () => new Promise((resolve) => process.nextTick(resolve));

const UNIT = {
  unitKey: `${ACCOUNT}/Account_Customer/contoso/usmf`,
  mapping: 'Account_Customer',
  company: 'usmf',
  isPrimary: true,
  state: 'InSync',
  dynamicsNumber: 'US-0042',
  direction: 'ToDynamics',
  lastSyncedAt: '2026-11-23T10:00:00.000Z',
  faults: [],
};
const VIEW = {
  rows: [UNIT],
  requests: [],
  isMapped: true,
  canRequestSync: true,
  canReadHistory: true,
  isPaused: false,
};

async function show(view: unknown): Promise<HTMLElement> {
  const element = createElement('c-sync-status', { is: SyncStatus });
  Object.assign(element, { recordId: ACCOUNT });
  document.body.appendChild(element);
  if (view !== undefined) wire.emit(view);
  await settled();
  return element;
}

const textOf = (element: HTMLElement): string => element.shadowRoot?.textContent ?? '';
const find = (element: HTMLElement, selector: string): HTMLElement | null =>
  element.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
const button = (element: HTMLElement, label: string): HTMLElement => {
  const all = [...(element.shadowRoot?.querySelectorAll<HTMLElement & { label: string }>('lightning-button') ?? [])];
  const found = all.find((candidate) => candidate.label === label);
  if (found === undefined) throw new Error(`no button ${label} among ${all.map((one) => one.label).join(', ')}`);
  return found;
};
function toasts(element: HTMLElement): { message: string; variant: string }[] {
  const heard: { message: string; variant: string }[] = [];
  element.addEventListener('lightning__showtoast', (event) =>
    heard.push((event as CustomEvent<{ message: string; variant: string }>).detail),
  );
  return heard;
}

afterEach(() => {
  while (document.body.firstChild) document.body.firstChild.remove();
  jest.clearAllMocks();
});

describe('c-sync-status', () => {
  it('shows a spinner with words until the status is there', async () => {
    const element = await show(undefined);

    expect(find(element, 'lightning-spinner')).toMatchObject({ alternativeText: 'c.Status_Loading' });
  });

  it('shows state, company and number of every unit', async () => {
    const element = await show({
      ...VIEW,
      rows: [UNIT, { ...UNIT, unitKey: 'x', company: 'demf', state: 'Rejected' }],
    });

    const companies = [...(element.shadowRoot?.querySelectorAll('.company') ?? [])].map((node) => node.textContent);
    const states = [...(element.shadowRoot?.querySelectorAll('.state') ?? [])].map((node) => node.textContent);
    expect(companies).toEqual(['usmf', 'demf']);
    expect(states).toEqual(['c.Status_StateInSync', 'c.Status_StateRejected']);
    expect(find(element, '.number')?.textContent).toBe('US-0042');
  });

  it('links the number where Dynamics has an address for it', async () => {
    const element = await show({ ...VIEW, rows: [{ ...UNIT, dynamicsUrl: 'https://dynamics.example/c/1' }] });

    expect(find(element, '.number a')?.getAttribute('href')).toBe('https://dynamics.example/c/1');
  });

  it('says when both sides last agreed, as a time the component can show', async () => {
    const element = await show(VIEW);

    expect(find(element, 'lightning-relative-date-time')).toMatchObject({ value: Date.UTC(2026, 10, 23, 10) });
  });

  it('tells every reason with what to do', async () => {
    const faults = [
      { code: 'VALUE_TOO_LONG', message: 'Name is too long.', fix: 'Shorten it.' },
      { code: 'VALUE_REQUIRED', message: 'Group is missing.' },
    ];
    const element = await show({ ...VIEW, rows: [{ ...UNIT, state: 'Rejected', faults }] });

    const shown = [...(element.shadowRoot?.querySelectorAll('.fault') ?? [])].map((node) => node.textContent);
    expect(shown).toEqual(['Name is too long.c.Status_WhatToDo Shorten it.', 'Group is missing.']);
  });

  it('says when Salesforce holds changes that are not sent', async () => {
    const element = await show({ ...VIEW, requests: [{ mapping: 'Account_Customer', state: 'Due' }] });

    expect(find(element, '.unsent')?.textContent).toBe('c.Status_Unsent');
  });

  it('says what an empty status means: not mapped, not there yet, on its way', async () => {
    const unmapped = await show({ ...VIEW, rows: [], isMapped: false, canRequestSync: false });
    expect(textOf(unmapped)).toContain('c.Status_NotMapped');
    expect(find(unmapped, 'lightning-button[slot="actions"]')).toBeNull();

    wire.emit({
      ...VIEW,
      rows: [],
      requests: [{ mapping: 'Account_Customer', state: 'Waiting', message: 'Parent first.' }],
    });
    await settled();
    expect(textOf(unmapped)).toContain('c.Status_NotSynced');
    expect(textOf(unmapped)).toContain('c.Status_StateWaiting');
    expect(textOf(unmapped)).toContain('Parent first.');
  });

  it('says that syncing is paused', async () => {
    expect(textOf(await show({ ...VIEW, isPaused: true }))).toContain('c.Status_Paused');
  });

  it('tells why the status cannot be read, and reads it again', async () => {
    const element = await show(undefined);
    wire.error({ message: JSON.stringify({ code: 'PERMISSION_MISSING', message: 'You lack a permission.' }) }, 500);
    await settled();
    expect(find(element, '[role="alert"]')?.textContent).toContain('You lack a permission.');

    button(element, 'c.Status_TryAgain').click();
    await settled();
    expect(find(element, '[role="alert"]')).toBeNull();
    expect(find(element, 'lightning-spinner')).not.toBeNull();
  });

  it('asks for a sync once per press and says so', async () => {
    asked.mockResolvedValue(1);
    const element = await show(VIEW);
    const heard = toasts(element);

    button(element, 'c.Status_SyncNow').click();
    await settled();
    await settled();

    expect(asked.mock.calls).toEqual([[{ recordId: ACCOUNT }]]);
    expect(heard).toMatchObject([{ message: 'c.Status_Requested', variant: 'success' }]);
  });

  it('says that nothing takes the record, and what went wrong', async () => {
    const element = await show(VIEW);
    const heard = toasts(element);

    asked.mockResolvedValueOnce(0);
    button(element, 'c.Status_SyncNow').click();
    await settled();
    asked.mockRejectedValueOnce({ body: { message: 'not json' } });
    button(element, 'c.Status_SyncNow').click();
    await settled();
    await settled();

    expect(heard.map(({ message }) => message)).toEqual(['c.Status_NothingToSync', 'not json']);
  });

  it('refreshes itself and the page when a sync of its record ends, not of another', async () => {
    await show({ ...VIEW, eventChannel: '/event/causeway__RecordSynced__e' });
    const [channel, , hear] = (subscribe as jest.Mock).mock.calls[0];
    expect(channel).toBe('/event/causeway__RecordSynced__e');

    hear({ channel, data: { payload: { causeway__RecordId__c: '001Ca000000999EIAQ' } } });
    expect(notifyRecordUpdateAvailable).not.toHaveBeenCalled();
    hear({ channel, data: { payload: { causeway__RecordId__c: ACCOUNT } } });
    expect(notifyRecordUpdateAvailable).toHaveBeenCalledWith([{ recordId: ACCOUNT }]);
  });

  it('subscribes once and lets go when it leaves the page', async () => {
    const element = await show({ ...VIEW, eventChannel: '/event/RecordSynced__e' });
    wire.emit({ ...VIEW, eventChannel: '/event/RecordSynced__e' });
    await settled();

    element.remove();

    expect(subscribe).toHaveBeenCalledTimes(1);
    expect(unsubscribe).toHaveBeenCalledTimes(1);
  });

  it('shows the history on demand', async () => {
    told.mockResolvedValue([
      {
        id: '1',
        at: '2026-11-23T10:00:00.000Z',
        outcome: 'updated',
        rule: 'Account_Customer',
        fields: ['Name', 'Phone'],
      },
    ]);
    const element = await show(VIEW);

    button(element, 'c.Status_ShowHistory').click();
    await settled();
    await settled();

    expect(find(element, '.decision')?.textContent).toContain('updated · Account_Customer');
    expect(find(element, '.decision')?.textContent).toContain('Name, Phone');
    expect(button(element, 'c.Status_HideHistory')).toBeDefined();
  });

  it('says that there is no history, and closes it when it cannot be read', async () => {
    told.mockResolvedValueOnce([]);
    const element = await show(VIEW);
    button(element, 'c.Status_ShowHistory').click();
    await settled();
    await settled();
    expect(textOf(element)).toContain('c.Status_NoHistory');

    button(element, 'c.Status_HideHistory').click();
    told.mockRejectedValueOnce({});
    await settled();
    const heard = toasts(element);
    button(element, 'c.Status_ShowHistory').click();
    await settled();
    await settled();
    expect(heard).toMatchObject([{ message: 'c.Status_Unavailable', variant: 'error' }]);
    expect(button(element, 'c.Status_ShowHistory')).toBeDefined();
  });
});

describe('c-sync-status for somebody without the permission', () => {
  it('shows nothing', async () => {
    jest.resetModules();
    jest.doMock('@salesforce/customPermission/CanViewSyncStatus', () => ({ default: undefined }), { virtual: true });
    const { createElement: create } = await import('lwc');
    const { default: Hidden } = await import('../syncStatus');
    const element = create('c-hidden-status', { is: Hidden });
    document.body.appendChild(element);
    await settled();

    expect(element.shadowRoot?.textContent).toBe('');
  });
});
