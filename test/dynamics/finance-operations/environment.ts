import { type BusinessEvents } from './business-events.ts';
import { type NumberSequence } from './number-sequences.ts';
import { type EntitySet, type Schema } from './schema.ts';
import { type Row, type State, type Values } from './state.ts';

/** What an administrator of the environment can change; part of a snapshot, so plain data. */
export type Settings = {
  sequences: Record<string, NumberSequence>;
  closedUntil: Record<string, string>;
  defaultCompanies: Record<string, string>;
};

/** One simulated environment: its data, its settings and its way of telling the world. */
export type Environment = {
  schema: Schema;
  state: State;
  settings: Settings;
  events: BusinessEvents;
  clock: () => Date;
  duplicateKeyStatus: 400 | 500;
  staleTags: 'refused' | 'ignored';
  continueOnError: 'asked' | 'never';
  paymentPostedEvent: string;
};

/** A record being created: what the caller gave, and the values as defaulting completes them. */
export type Draft = {
  environment: Environment;
  set: EntitySet;
  company: string;
  given: Readonly<Values>;
  values: Values;
};

/** A record being changed: what the caller gave, and every value that will be written. */
export type Change = { environment: Environment; set: EntitySet; row: Row; given: Readonly<Values>; changes: Values };

/** The X++ side of a table: defaulting, validation and what one write drags along. Each hook may throw a refusal. */
export type TableRules = {
  complete?: (draft: Draft) => void;
  created?: (row: Row, draft: Draft) => void;
  change?: (change: Change) => void;
  changed?: (change: Change) => void;
  removing?: (row: Row, set: EntitySet, environment: Environment) => void;
  removed?: (row: Row, environment: Environment) => void;
};

/** Gives the fields that have no value yet their defaults. */
export function fill(values: Values, defaults: Readonly<Record<string, string | undefined>>): void {
  for (const [field, value] of Object.entries(defaults)) {
    if (value !== undefined) values[field] ??= value;
  }
}

/** A row's field for what only reads it: absent is empty. */
export function field(values: Readonly<Values> | undefined, name: string): string {
  return values?.[name] ?? '';
}

/** A date of the environment: days are kept as noon UTC. */
export function noon(day: string): string {
  return `${day.slice(0, 10)}T12:00:00Z`;
}

/** Today, as the environment writes a day. */
export function today(environment: Environment): string {
  return noon(environment.clock().toISOString());
}
