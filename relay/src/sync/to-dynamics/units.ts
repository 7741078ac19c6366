import type { Connector, EntityDescription, Values } from '../../dynamics/connector.ts';
import { fault, type Fault, RelayError, toFault } from '../../errors.ts';
import { checkMapping } from '../configuration.ts';
import type { SyncItem } from '../exchange.ts';
import type { EntityMapping } from '../mapping.ts';
import { type Routed, route } from '../route.ts';
import type { Run, Work } from './run.ts';
import { select } from '../select.ts';
import type { Intent, Link, Unit } from '../unit.ts';

/** Turns the items of a call into units: unknown, unwanted and unrouted ones are decided here. */
export async function unitsOf(run: Run, items: readonly SyncItem[]): Promise<Work[]> {
  const [links, intents] = await Promise.all([linksOfDeleted(run, items), intentsOf(run, items)]);
  const known = Map.groupBy([...links, ...intents], ({ unit }) => `${unit.recordId}/${unit.mapping}`);
  const placeOf = placesOf(run);
  const works: Work[] = [];
  for (const item of items) {
    const mapping = run.configuration.mappings.get(item.mapping);
    if (mapping === undefined || mapping.direction === 'ToSalesforce') {
      const message = `No entity mapping named ${item.mapping} sends ${item.record.type} to Dynamics.`;
      run.ledger.decideItem(item, { faults: [fault('MAPPING_UNKNOWN', message)] });
      continue;
    }
    const units = (known.get(`${item.record.id}/${mapping.name}`) ?? []).map(({ unit }) => unit);
    for (const wish of wishesOf(run, item, { mapping, units })) {
      const work = await prepare(run, item, { mapping, wish, placeOf });
      if (work !== null) works.push(work);
    }
  }
  return works;
}

async function linksOfDeleted(run: Run, items: readonly SyncItem[]): Promise<Link[]> {
  const ids = items.filter((item) => item.operation === 'delete').map((item) => item.record.id);
  const links = ids.length === 0 ? [] : await run.deps.store.linksOfRecords(run.org, [...new Set(ids)]);
  return links.filter((link) => link.state !== 'gone');
}

/** Creates whose outcome nobody knows: a record that is not wanted any more may stand in Dynamics all the same. */
function intentsOf(run: Run, items: readonly SyncItem[]): Promise<Intent[]> {
  return run.deps.store.intentsOfRecords(run.org, [...new Set(items.map((item) => item.record.id))]);
}

/** A company that a unit goes to, or left: `unwanted` says why. */
type Wish = { readonly routed: Routed; readonly unwanted?: Fault };

type Known = { readonly mapping: EntityMapping; readonly units: readonly Unit[] };

function wishesOf(run: Run, item: SyncItem, { mapping, units }: Known): readonly Wish[] {
  if (item.operation === 'delete') {
    const message = `The deleted record ${item.record.id} was not linked under ${mapping.name}.`;
    return leftWishes(run, item, { mapping, units, faults: [fault('NOT_WANTED', message)] });
  }
  const selection = select(mapping, item.record);
  if (!selection.wanted) return leftWishes(run, item, { mapping, units, faults: [selection.fault] });
  const { routed, faults } = route(mapping, item.record);
  if (faults.length > 0) return leftWishes(run, item, { mapping, units, faults });
  const elsewhere = units.filter(
    ({ connection, company }) => !routed.some((place) => place.connection === connection && place.company === company),
  );
  const unwanted = fault('NOT_WANTED', `${item.record.id} is routed to another company now.`);
  return [...routed.map((place) => ({ routed: place })), ...placesLeft({ mapping, units: elsewhere }, unwanted)];
}

const LEAVING: ReadonlySet<string> = new Set(['NOT_WANTED', 'COMPANY_NOT_ROUTED']);

/** The companies where something may stand of a record that goes nowhere; where there are none, or a formula failed, the item is decided. */
function leftWishes(
  run: Run,
  item: SyncItem,
  { mapping, units, faults }: Known & { readonly faults: readonly Fault[] },
): readonly Wish[] {
  const unwanted = faults.find(({ code }) => !LEAVING.has(code)) === undefined ? faults[0] : undefined;
  const wishes = unwanted === undefined ? [] : placesLeft({ mapping, units }, unwanted);
  if (wishes.length === 0) run.ledger.decideItem(item, { faults });
  return wishes;
}

function placesLeft({ mapping, units }: Known, unwanted: Fault): Wish[] {
  const places = new Map(units.map((unit) => [`${unit.connection}/${unit.company}`, unit]));
  return [...places.values()].flatMap(({ connection, company }) => {
    const ofConnection = mapping.routes.filter((candidate) => candidate.connectionKey === connection);
    const ofCompany = ofConnection.find((candidate) => candidate.company?.toLowerCase() === company);
    const taken = ofCompany ?? ofConnection[0];
    if (taken === undefined) return [];
    const isPrimary = ofCompany?.isPrimary ?? false;
    return [{ routed: { connection, company, isPrimary, route: taken }, unwanted }];
  });
}

/** What all units of a mapping in a company share; `faults` is what keeps the mapping from being used there. */
type Place = Pick<Work, 'connector' | 'entity' | 'lineEntities' | 'dimensions' | 'figures'> & {
  readonly faults: readonly Fault[];
};

type PlaceOf = (mapping: EntityMapping, connector: Connector, company: string) => Promise<Place>;

/** Looks a mapping up where its units go, once for all of them. */
function placesOf(run: Run): PlaceOf {
  const places = new Map<string, Promise<Place>>();
  return (mapping, connector, company) => {
    const name = `${mapping.name}/${connector.connection}/${company}`;
    const place = places.get(name) ?? describePlace(run, connector, { mapping, company });
    places.set(name, place);
    return place;
  };
}

async function describePlace(
  run: Run,
  connector: Connector,
  { mapping, company }: { readonly mapping: EntityMapping; readonly company: string },
): Promise<Place> {
  const entity = await connector.describe(mapping.entitySet, run.io);
  const lineEntities = await describeLines(run, connector, mapping);
  const dimensions = mapping.fields.concat(mapping.children.flatMap((child) => child.fields)).some(isDimension)
    ? await connector.dimensionFormat(run.io)
    : null;
  const figures = await figuresOf(run, connector, { mapping, company });
  const faults = [
    ...checkMapping(mapping, entity),
    ...mapping.children.flatMap((child) => {
      const lineEntity = lineEntities.get(child.name);
      return lineEntity === undefined ? [] : checkMapping(child, lineEntity);
    }),
  ];
  return { connector, entity, lineEntities, dimensions, figures, faults };
}

async function prepare(
  run: Run,
  item: SyncItem,
  { mapping, wish, placeOf }: { mapping: EntityMapping; wish: Wish; placeOf: PlaceOf },
): Promise<Work | null> {
  const { connection, company } = wish.routed;
  const connector = run.deps.connector(run.org, connection);
  if (connector === null) {
    const message = `The relay has no connection "${connection}" for this org.`;
    run.ledger.decideItem(item, { faults: [fault('CONNECTION_UNKNOWN', message)] });
    return null;
  }
  const unit = { org: run.org, recordId: item.record.id, mapping: mapping.name, connection, company };
  try {
    const { faults, ...place } = await placeOf(mapping, connector, company);
    const work = { item, unit, mapping, ...wish, ...place };
    if (faults.length === 0) return work;
    run.ledger.decide(work, { faults });
  } catch (error) {
    if (!(error instanceof RelayError)) run.deps.onUnexpected(error, run.io.correlationId);
    run.ledger.decideItem(item, { faults: [toFault(error)] });
  }
  return null;
}

/** The company's currency, where the mapping gives it back beside amounts that are kept in it. */
async function figuresOf(
  run: Run,
  connector: Connector,
  { mapping, company }: { readonly mapping: EntityMapping; readonly company: string },
): Promise<Values> {
  if (!mapping.fields.some(({ options }) => options.figure === 'accountingCurrency')) return {};
  const currency = await connector.accountingCurrency({ company }, run.io);
  return currency === null ? {} : { accountingCurrency: currency };
}

const isDimension = (field: EntityMapping['fields'][number]): boolean => field.kind === 'Dimension';

async function describeLines(
  run: Run,
  connector: Connector,
  mapping: EntityMapping,
): Promise<ReadonlyMap<string, EntityDescription>> {
  const described = await Promise.all(
    mapping.children.map(async (child) => [child.name, await connector.describe(child.entitySet, run.io)] as const),
  );
  return new Map(described);
}
