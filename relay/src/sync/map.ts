import type { DimensionFormat, EntityDescription, Value, Values } from '../dynamics/connector.ts';
import { fault, type Fault, toFault } from '../errors.ts';
import { type Converted, toDynamicsValue, toSalesforceValue } from './convert.ts';
import { composeDimensions } from './dimensions.ts';
import { isInbound, isOutbound } from './fields.ts';
import type { EntityMapping, FieldMapping } from './mapping.ts';
import { referenceKey } from './references.ts';
import { nameOf, translate } from './value-map.ts';

/** What mapping to Dynamics needs besides the record. */
export type MapContext = {
  readonly company: string;
  readonly entity: EntityDescription;
  /** By referenceKey: the parent's number in Dynamics, or the field of it that a mapping names. */
  readonly references: ReadonlyMap<string, string>;
  readonly dimensions: DimensionFormat | null;
  /** False where Dynamics numbers the record itself: key fields are then not sent. */
  readonly ownKey?: boolean;
};

/** One value for one Dynamics field. Dimensions with one target are one value; `field` is the first of them. */
export type MappedField = {
  readonly field: FieldMapping;
  readonly dynamicsField: string;
  readonly value: Value;
  /** What the field reads in Salesforce to make the value, by path. */
  readonly input: Values;
  /** What is written over the current value, where that is not `value` itself. */
  readonly onto?: (current: Value) => Value;
};

/** What mapping to Salesforce needs besides the record. */
export type InboundContext = {
  readonly company: string;
  readonly connection: string;
  /** `<mapping>/<number>` → Salesforce record id. */
  readonly references: ReadonlyMap<string, string>;
  /** Computed values by name (settlement.ts); a field whose figure is missing is left as it is. */
  readonly figures?: Values;
};

/** Maps a record's fields to Dynamics' terms: formulas, value maps, references, dimensions, types. Gives all faults at once. */
export function mapToDynamics(
  mapping: EntityMapping,
  fields: Values,
  context: MapContext,
): { readonly mapped: readonly MappedField[]; readonly faults: readonly Fault[] } {
  const mapped: MappedField[] = [];
  const faults: Fault[] = [];
  const keep = (field: FieldMapping, result: Converted): void => {
    if (!result.ok) faults.push(result.fault);
    else if (result.value === null && isNeeded(mapping, field)) faults.push(missing(mapping, field));
    else mapped.push({ field, dynamicsField: field.dynamicsField, value: result.value, input: inputOf(field, fields) });
  };
  for (const field of outboundFields(mapping, context)) keep(field, outboundValue(field, fields, context));
  for (const group of dimensionGroups(mapping)) {
    const composed = mapDimensions(group, fields, context);
    faults.push(...composed.faults);
    if (composed.mapped !== null) mapped.push(composed.mapped);
  }
  return { mapped, faults };
}

/** One field's value in Dynamics' terms; formula, translation and type applied. */
export function outboundValue(field: FieldMapping, fields: Values, context: MapContext): Converted {
  const type = context.entity.fields.get(field.dynamicsField)?.type;
  if (type === undefined) return unknownField(field, context.entity.entitySet);
  try {
    const raw = sourceValue(field, fields, context);
    if (!raw.ok) return raw;
    const translated = translate(raw.value, field, 'ToDynamics', context.company);
    return translated.ok ? toDynamicsValue(translated.value, type, field) : translated;
  } catch (error) {
    const failure = toFault(error);
    const message = `${nameOf(field)}: ${failure.message}`;
    return { ok: false, fault: { ...failure, field: field.dynamicsField, message } };
  }
}

/**
 * Maps Dynamics' values to Salesforce's: only fields that are at hand, or only those named by `only`. A reference that is not linked
 * leaves its field blank unless it is required.
 */
export function mapToSalesforce(
  mapping: EntityMapping,
  values: Values,
  context: InboundContext,
  only?: ReadonlySet<string>,
): { readonly fields: Values; readonly faults: readonly Fault[] } {
  const fields: Record<string, Value> = {};
  const faults: Fault[] = [];
  for (const field of mapping.fields) {
    if (!isInbound(field) || field.salesforceField === null) continue;
    if (only !== undefined && !only.has(field.name)) continue;
    const result = inboundValue(field, values, context);
    if (result === null) continue;
    if (!result.ok) faults.push(result.fault);
    else if (result.value === null && field.isRequired && field.kind !== 'Reference')
      faults.push(blankInDynamics(field));
    else fields[field.salesforceField] = result.value;
  }
  return { fields, faults };
}

/** The values that go back to Salesforce after every run; those that do not fit are left out. */
export function writeBacksOf(mapping: EntityMapping, values: Values, context: InboundContext): Values {
  const only = new Set(mapping.fields.filter((field) => field.isWriteBack).map((field) => field.name));
  return mapToSalesforce(mapping, values, context, only).fields;
}

function outboundFields(mapping: EntityMapping, context: MapContext): FieldMapping[] {
  const isSent = (field: FieldMapping): boolean =>
    context.ownKey !== false || !context.entity.key.includes(field.dynamicsField);
  return mapping.fields.filter((field) => isOutbound(field) && field.kind !== 'Dimension' && isSent(field));
}

function sourceValue(field: FieldMapping, fields: Values, context: MapContext): Converted {
  if (field.kind === 'Constant') return { ok: true, value: field.options.value ?? null };
  if (field.formula !== null) return { ok: true, value: field.formula.evaluate(fields) };
  const value = fields[field.salesforceField ?? ''];
  if (value === undefined) return notGiven(field);
  if (field.kind !== 'Reference' || typeof value !== 'string' || value === '') return { ok: true, value };
  const name = referenceKey(field.referenceMapping ?? '', value, field.options.referenceField);
  const number = context.references.get(name);
  if (number !== undefined) return { ok: true, value: number };
  const message = `${nameOf(field)}: the record ${value} is not in Dynamics yet under ${field.referenceMapping ?? ''}.`;
  return { ok: false, fault: fault('PARENT_NOT_LINKED', message, { field: field.dynamicsField }) };
}

/** A field that did not come must not be taken for one that was emptied. */
function notGiven(field: FieldMapping): Converted {
  const message = `${nameOf(field)}: the record came without ${field.salesforceField ?? ''}. Give the user who reads it access to the field.`;
  return { ok: false, fault: fault('PERMISSION_MISSING', message, { field: field.dynamicsField }) };
}

function unknownField(field: FieldMapping, entitySet: string): Converted {
  const message = `${nameOf(field)}: ${entitySet} has no field ${field.dynamicsField}.`;
  return { ok: false, fault: fault('FIELD_UNKNOWN', message, { field: field.dynamicsField }) };
}

/** A document without a currency would silently take the customer's: it must name one. */
function isNeeded(mapping: EntityMapping, field: FieldMapping): boolean {
  const isDocument = mapping.children.length > 0 || mapping.documentStrategy !== 'None';
  return field.isRequired || (isDocument && CURRENCY_FIELDS.has(field.dynamicsField));
}

const CURRENCY_FIELDS: ReadonlySet<string> = new Set(['CurrencyCode', 'currencyCode']);

function missing(mapping: EntityMapping, field: FieldMapping): Fault {
  const why = field.isRequired ? `${mapping.name} requires it` : 'a document must name its currency';
  return fault('VALUE_REQUIRED', `${nameOf(field)}: the value is blank, but ${why}.`, { field: field.dynamicsField });
}

function blankInDynamics(field: FieldMapping): Fault {
  const message = `${nameOf(field)}: the value is blank in Dynamics, but the mapping requires it.`;
  return fault('VALUE_REQUIRED', message, { field: field.dynamicsField });
}

function dimensionGroups(mapping: EntityMapping): FieldMapping[][] {
  const dimensions = mapping.fields.filter((field) => field.kind === 'Dimension');
  return [...Map.groupBy(dimensions, (field) => field.dynamicsField).values()];
}

function mapDimensions(
  group: readonly FieldMapping[],
  fields: Values,
  context: MapContext,
): { mapped: MappedField | null; faults: readonly Fault[] } {
  const values: Record<string, Value> = {};
  const faults: Fault[] = [];
  for (const field of group) {
    const result = outboundValue(field, fields, context);
    if (!result.ok) faults.push(result.fault);
    else if (result.value === null && field.isRequired) faults.push(blankDimension(field));
    else values[field.name] = result.value;
  }
  const [first] = group;
  if (faults.length > 0 || first === undefined) return { mapped: null, faults };
  const { value, faults: refused, onto } = composeDimensions(group, values, context.dimensions);
  if (refused.length > 0) return { mapped: null, faults: refused };
  const type = context.entity.fields.get(first.dynamicsField)?.type;
  const fitting = type === undefined ? null : toDynamicsValue(value, type, first);
  if (fitting?.ok === false) return { mapped: null, faults: [fitting.fault] };
  const input: Values = Object.assign({}, ...group.map((field) => inputOf(field, fields))) as Values;
  return {
    mapped: { field: together(first, group), dynamicsField: first.dynamicsField, value, input, onto },
    faults: [],
  };
}

/** One value is made by all fields of the group: a change of any of them is a change of it. */
function together(first: FieldMapping, group: readonly FieldMapping[]): FieldMapping {
  if (group.length === 1) return first;
  const version = group.map((field) => field.version).join('+');
  return { ...first, version, form: group.map((field) => field.form).join('+') };
}

function inputOf(field: FieldMapping, fields: Values): Values {
  if (field.kind === 'Constant') return {};
  const reads = field.formula === null ? [field.salesforceField ?? ''] : field.formula.reads;
  return Object.fromEntries(reads.map((path) => [path, fields[path] ?? null]));
}

function blankDimension(field: FieldMapping): Fault {
  const message = `${nameOf(field)}: the dimension ${field.options.dimension ?? ''} is blank, but the mapping requires it.`;
  return fault('VALUE_REQUIRED', message, { field: field.dynamicsField });
}

/** What Dynamics (or a computation) says for a field; undefined where nothing is at hand. */
function inboundSource(field: FieldMapping, values: Values): Value | undefined {
  if (field.kind === 'Constant') return field.options.value ?? null;
  if (field.inboundFormula === null) return values[field.dynamicsField];
  const isAtHand = field.inboundFormula.reads.every((name) => values[name] !== undefined);
  return isAtHand ? field.inboundFormula.evaluate(values) : undefined;
}

function figureOf(name: string, context: InboundContext): Value | undefined {
  const given = context.figures?.[name];
  if (given !== undefined) return given;
  if (name === 'connection') return context.connection;
  return name === 'company' ? context.company : undefined;
}

function inboundValue(field: FieldMapping, values: Values, context: InboundContext): Converted | null {
  try {
    const { figure } = field.options;
    const source = figure === undefined ? inboundSource(field, values) : figureOf(figure, context);
    if (source === undefined) return null;
    if (field.kind === 'Reference') return inboundReference(field, source, context);
    const translated = translate(source, field, 'ToSalesforce', context.company);
    return translated.ok ? toSalesforceValue(translated.value, field) : translated;
  } catch (error) {
    const failure = toFault(error);
    const message = `${nameOf(field)}: ${failure.message}`;
    return { ok: false, fault: { ...failure, field: field.dynamicsField, message } };
  }
}

function inboundReference(field: FieldMapping, number: Value, context: InboundContext): Converted {
  const id = number === null ? undefined : context.references.get(`${field.referenceMapping ?? ''}/${String(number)}`);
  if (id !== undefined) return { ok: true, value: id };
  if (!field.isRequired) return { ok: true, value: null };
  const message = `${nameOf(field)}: the record that Dynamics names is not linked under ${field.referenceMapping ?? ''}.`;
  return { ok: false, fault: fault('PARENT_NOT_LINKED', message, { field: field.dynamicsField }) };
}
