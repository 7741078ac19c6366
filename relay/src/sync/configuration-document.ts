import companyRouteOptions from '../../../contracts/schemas/company-route-options.v1.schema.json' with { type: 'json' };
import configuration from '../../../contracts/schemas/configuration.v1.schema.json' with { type: 'json' };
import entityMappingOptions from '../../../contracts/schemas/entity-mapping-options.v1.schema.json' with { type: 'json' };
import fieldMappingOptions from '../../../contracts/schemas/field-mapping-options.v1.schema.json' with { type: 'json' };
import matchRules from '../../../contracts/schemas/match-rules.v1.schema.json' with { type: 'json' };
import { RelayError } from '../errors.ts';
import { compileSchema, type SchemaFault } from '../json-schema.ts';
import type {
  CompanyRouteOptions,
  CreateStrategy,
  Direction,
  DocumentStrategy,
  EntityMapping,
  EntityMappingOptions,
  FieldMapping,
  FieldMappingOptions,
  HandOff,
  MatchRule,
  Policy,
  ValueMap,
} from './mapping.ts';

/** The records of a configuration document (contracts/schemas/configuration.v1.schema.json); blank fields are absent. */
export type Records = {
  readonly CompanyRoute__mdt: readonly RouteRecord[];
  readonly Connection__mdt: readonly ConnectionRecord[];
  readonly EntityMapping__mdt: readonly MappingRecord[];
  readonly FieldMapping__mdt: readonly FieldRecord[];
  readonly ValueMap__mdt: readonly ValueMapRecord[];
  readonly ValueMapEntry__mdt: readonly ValueMapEntryRecord[];
};

export type RecordType = keyof Records;

export type RouteRecord = {
  readonly DeveloperName: string;
  readonly EntityMapping__c?: string;
  readonly Connection__c?: string;
  readonly Condition__c?: string;
  readonly Company__c?: string;
  readonly CompanyFormula__c?: string;
  readonly IsPrimary__c?: boolean;
  readonly HandOff__c?: HandOff;
  readonly Sequence__c?: number;
  readonly Options__c?: string;
};

export type ConnectionRecord = {
  readonly DeveloperName: string;
  readonly ConnectionKey__c: string;
  readonly Platform__c: string;
  readonly IsDefault__c?: boolean;
};

export type MappingRecord = {
  readonly DeveloperName: string;
  readonly SalesforceObject__c: string;
  readonly Connection__c?: string;
  readonly EntitySet__c: string;
  readonly Direction__c: Direction;
  readonly Criteria__c?: string;
  readonly Sequence__c?: number;
  readonly ParentMapping__c?: string;
  readonly ChildRelationship__c?: string;
  readonly MatchRules__c?: string;
  readonly CreateStrategy__c?: CreateStrategy;
  readonly MarkerField__c?: string;
  readonly DocumentStrategy__c?: DocumentStrategy;
  readonly HandOff__c?: HandOff;
  readonly ApprovalFormula__c?: string;
  readonly DeletePolicy__c?: EntityMapping['deletePolicy'];
  readonly Options__c?: string;
};

export type FieldRecord = {
  readonly DeveloperName: string;
  readonly EntityMapping__c: string;
  readonly SalesforceField__c?: string;
  readonly DynamicsField__c?: string;
  readonly Kind__c?: FieldMapping['kind'];
  readonly Direction__c: Direction;
  readonly Formula__c?: string;
  readonly InboundFormula__c?: string;
  readonly ValueMap__c?: string;
  readonly ReferenceMapping__c?: string;
  readonly Policy__c?: Policy;
  readonly BlankHandling__c?: FieldMapping['blankHandling'];
  readonly IsWriteBack__c?: boolean;
  readonly IsRequired__c?: boolean;
  readonly IsAudited__c?: boolean;
  readonly Sequence__c?: number;
  readonly Options__c?: string;
};

export type ValueMapRecord = {
  readonly DeveloperName: string;
  readonly UnknownValue__c?: ValueMap['unknownValue'];
  readonly DefaultSalesforceValue__c?: string;
  readonly DefaultDynamicsValue__c?: string;
};

export type ValueMapEntryRecord = {
  readonly DeveloperName: string;
  readonly ValueMap__c: string;
  readonly SalesforceValue__c?: string;
  readonly DynamicsValue__c?: string;
  readonly Company__c?: string;
  readonly Direction__c?: Direction;
};

/** Collects what is wrong with a configuration, so that an admin sees everything at once. */
export type FaultList = {
  readonly lines: string[];
  add(type: RecordType, name: string, field: string | null, reason: string): void;
};

export function createFaultList(): FaultList {
  const lines: string[] = [];
  return {
    lines,
    add: (type, name, field, reason) => lines.push(`${type} ${name}${field === null ? '' : `, ${field}`}: ${reason}`),
  };
}

const checkDocument = compileSchema(configuration, { all: true });
const CHECKS = {
  entityMapping: compileSchema(entityMappingOptions, { all: true }),
  fieldMapping: compileSchema(fieldMappingOptions, { all: true }),
  companyRoute: compileSchema(companyRouteOptions, { all: true }),
  matchRules: compileSchema(matchRules, { all: true }),
} as const;

type OptionsByKind = {
  readonly entityMapping: EntityMappingOptions;
  readonly fieldMapping: FieldMappingOptions;
  readonly companyRoute: CompanyRouteOptions;
  readonly matchRules: readonly MatchRule[];
};

/** Reads a configuration document; throws CONFIGURATION_INVALID naming every record and field that does not follow the schema. */
export function readDocument(document: string): Records {
  const parsed = parseJson(document);
  const faults = checkDocument(parsed);
  if (faults.length === 0) return (parsed as { readonly records: Records }).records;
  throw invalidConfiguration([...new Set(faults.map((fault) => `${placeOf(fault, parsed)}: ${wordsOf(fault)}`))]);
}

/** The error of a configuration with these faults. */
export function invalidConfiguration(lines: readonly string[]): RelayError {
  const count = lines.length === 1 ? '1 fault' : `${lines.length} faults`;
  return new RelayError('CONFIGURATION_INVALID', `The configuration has ${count}:\n- ${lines.join('\n- ')}`);
}

/** Parses a JSON field against its schema; blank gives null. Adds what is wrong to the faults and then gives null too. */
export function readJson<K extends keyof OptionsByKind>(
  kind: K,
  text: string | undefined,
  refuse: (reason: string) => void,
): OptionsByKind[K] | null {
  if (text === undefined || text.trim() === '') return null;
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
    return null;
  }
  const faults = CHECKS[kind](value);
  for (const fault of faults) refuse(`${fault.path || 'the JSON'} ${wordsOf(fault)}`);
  return faults.length === 0 ? (value as OptionsByKind[K]) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RelayError('CONFIGURATION_INVALID', 'the text is not JSON');
  }
}

/** What is wrong, and what belongs there in the words of the schema. */
function wordsOf({ problem, expected }: SchemaFault): string {
  return expected === null ? problem : `${problem}. ${expected.replace(/\.$/, '')}`;
}

const IN_RECORD = /^records\.(\w+)\[(\d+)\](?:\.(.+))?$/;

/** `records.FieldMapping__mdt[3].Kind__c` as `FieldMapping__mdt Account_Name, Kind__c`. */
function placeOf({ path }: SchemaFault, document: unknown): string {
  const [, type, index = '', field] = IN_RECORD.exec(path) ?? [];
  if (type === undefined) return path === '' ? 'The document' : path;
  const list = (document as { records: Record<string, readonly { DeveloperName?: string }[]> }).records[type];
  const name = list?.[Number(index)]?.DeveloperName ?? `number ${Number(index) + 1}`;
  return `${type} ${name}${field === undefined ? '' : `, ${field}`}`;
}
