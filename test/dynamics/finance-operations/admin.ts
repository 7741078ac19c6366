import { type EventError, type EventSettings } from './business-events.ts';
import { type Environment } from './environment.ts';
import { type Fault, type Faults } from './faults.ts';
import {
  cancelOrder,
  confirmOrder,
  creditInvoice,
  invoiceOrder,
  type OrderReference,
  type PostedInvoice,
} from './invoices.ts';
import { type NumberMode, type Numbered, sequenceKey } from './number-sequences.ts';
import { postPayment, postPaymentJournal, reversePayment, type Payment } from './payments.ts';
import { Refusal } from './refusals.ts';
import { seed, seedSettings } from './seed.ts';
import { type EntitySet } from './schema.ts';
import { type Row, type Values } from './state.ts';
import { type ResourceThrottle, type Throttling, type UserLimits } from './throttling.ts';

/** What the simulator has answered since it started or was reset. */
export type Statistics = { requests: number; operations: number; byStatus: Record<string, number> };

/** What a test or another process can make the environment do; every function is also `POST /_simulator/<name>`. */
export type Admin = {
  fault(fault: Fault): void;
  clearFaults(): void;
  throttle(settings: ResourceThrottle | null): void;
  userLimits(limits: UserLimits | null): void;
  numberSequence(change: { company: string; of: Numbered; mode: NumberMode }): void;
  registerClient(client: { clientId: string; company: string; userId?: string }): void;
  registerEndpoint(endpoint: {
    url: string;
    events?: readonly string[];
    companies?: readonly string[];
  }): Promise<{ id: string }>;
  removeEndpoint(endpoint: { id: string }): void;
  eventSettings(settings: Partial<EventSettings>): void;
  eventErrors(): EventError[];
  resendEvents(): void;
  eventsDelivered(): Promise<void>;
  confirmOrder(order: OrderReference): { confirmation: string };
  cancelOrder(order: OrderReference): void;
  invoiceOrder(order: OrderReference): PostedInvoice;
  creditInvoice(credit: { company: string; invoice: string; date?: string }): PostedInvoice;
  postPayment(payment: Payment): { journal: string; voucher: string };
  postPaymentJournal(journal: { company: string; journal: string }): { vouchers: string[] };
  reversePayment(payment: { company: string; journal: string }): { journal: string; voucher: string };
  closePeriod(period: { company: string; until: string | null }): void;
  statistics(): Statistics;
  rows(query: { set: string; company?: string }): Record<string, string | null>[];
  seedRows(input: { set: string; rows: readonly Values[] }): void;
  reset(): void;
};

/** What the admin functions steer. */
export type AdminParts = { environment: Environment; faults: Faults; throttling: Throttling; statistics: Statistics };

function setNamed(environment: Environment, name: string): EntitySet {
  const set = environment.schema.sets.get(name);
  if (set === undefined) throw new Refusal(404, `The catalogue has no entity set '${name}'.`);
  return set;
}

function plainRow(set: EntitySet, row: Row): Record<string, string | null> {
  return Object.fromEntries(
    [...set.properties.values()].map(({ name, fallback }) => [name, row.values[name] ?? fallback]),
  );
}

function registerClient(
  environment: Environment,
  client: { clientId: string; company: string; userId?: string },
): void {
  const { clientId, company, userId = 'Integration' } = client;
  environment.settings.defaultCompanies[clientId] = company;
  environment.state.transaction(() => {
    if (environment.state.get('SysAADClients', clientId) !== undefined) return;
    environment.state.insert('SysAADClients', { AADClientId: clientId, Name: clientId, UserId: userId });
  });
}

function numberSequence(environment: Environment, change: { company: string; of: Numbered; mode: NumberMode }): void {
  const sequence = environment.settings.sequences[sequenceKey(change.company, change.of)];
  if (sequence === undefined)
    throw new Refusal(404, `Company '${change.company}' has no number sequence '${change.of}'.`);
  sequence.mode = change.mode;
}

// Client registrations survive a reset: they belong to the test's set-up, not to its data.
function reset({ environment, faults, throttling, statistics }: AdminParts): void {
  const { defaultCompanies } = environment.settings;
  const clients = [...environment.state.rows('SysAADClients')].map(({ values }) => ({ ...values }));
  environment.state.restore({ nextRecId: environment.state.nextRecId(), rows: [] });
  Object.assign(environment.settings, seedSettings(), { defaultCompanies });
  seed(environment.state);
  environment.state.transaction(() => {
    for (const client of clients) environment.state.insert('SysAADClients', client);
  });
  faults.clear();
  throttling.resource(null);
  throttling.userLimits(null);
  Object.assign(statistics, { requests: 0, operations: 0, byStatus: {} });
}

function seedRows(environment: Environment, { set: name, rows }: { set: string; rows: readonly Values[] }): void {
  const set = setNamed(environment, name);
  environment.state.transaction(() => {
    for (const row of rows) environment.state.insert(set.table, { ...row });
  });
}

function closePeriod(environment: Environment, { company, until }: { company: string; until: string | null }): void {
  if (until === null) Reflect.deleteProperty(environment.settings.closedUntil, company);
  else environment.settings.closedUntil[company] = until;
}

/** Binds the admin functions to one environment. */
export function createAdmin(parts: AdminParts): Admin {
  const { environment, faults, throttling, statistics } = parts;
  const { events } = environment;
  return {
    fault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    throttle: (settings) => throttling.resource(settings),
    userLimits: (limits) => throttling.userLimits(limits),
    numberSequence: (change) => numberSequence(environment, change),
    registerClient: (client) => registerClient(environment, client),
    registerEndpoint: (endpoint) => events.register(endpoint),
    removeEndpoint: ({ id }) => events.remove(id),
    eventSettings: (settings) => events.settings(settings),
    eventErrors: () => events.errors(),
    resendEvents: () => events.resend(),
    eventsDelivered: () => events.delivered(),
    confirmOrder: (order) => confirmOrder(environment, order),
    cancelOrder: (order) => cancelOrder(environment, order),
    invoiceOrder: (order) => invoiceOrder(environment, order),
    creditInvoice: (credit) => creditInvoice(environment, credit),
    postPayment: (payment) => postPayment(environment, payment),
    postPaymentJournal: (journal) => postPaymentJournal(environment, journal),
    reversePayment: (payment) => reversePayment(environment, payment),
    closePeriod: (period) => closePeriod(environment, period),
    statistics: () => structuredClone(statistics),
    rows({ set: name, company }) {
      const set = setNamed(environment, name);
      const rows = [...environment.state.rows(set.table)];
      return rows
        .filter(({ values }) => company === undefined || values['dataAreaId'] === company)
        .map((row) => plainRow(set, row));
    },
    seedRows: (input) => seedRows(environment, input),
    reset: () => reset(parts),
  };
}
