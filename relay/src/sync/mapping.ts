import type { EntityDescription, Value } from '../dynamics/connector.ts';

/** A compiled formula: same inputs, same answer; throws RelayError FORMULA_FAILED where it has none. */
export type Formula = {
  readonly source: string;
  /** The field paths that the formula reads, e.g. `Account.Name`. */
  readonly reads: readonly string[];
  evaluate(fields: Readonly<Record<string, Value>>): Value;
};

export type Direction = 'ToDynamics' | 'ToSalesforce' | 'Both';
export type Policy = 'Salesforce' | 'Dynamics' | 'Newest' | 'Ask';

/** A table that translates values between the systems, per company where an entry names one. */
export type ValueMap = {
  readonly name: string;
  readonly unknownValue: 'Reject' | 'PassThrough' | 'Default';
  readonly defaultSalesforceValue: string | null;
  readonly defaultDynamicsValue: string | null;
  readonly entries: readonly {
    readonly salesforceValue: string;
    readonly dynamicsValue: string;
    readonly company: string | null;
    readonly direction: Direction;
  }[];
};

/** One pair of fields (FieldMapping__mdt), compiled. */
export type FieldMapping = {
  /** DeveloperName; bases are kept under it. */
  readonly name: string;
  readonly salesforceField: string | null;
  /** The type of the Salesforce field, where there is one: inbound values are converted to it. */
  readonly salesforceType: SalesforceFieldType | null;
  /** The longest text that the Salesforce field takes, and its decimal places; 0 and null where that says nothing. */
  readonly salesforceLength: number;
  readonly salesforceScale: number | null;
  /** Hash of what decides the values: how one side's value is made of the other's. */
  readonly version: string;
  /** Hash of which fields are compared: bases made under another form tell nothing of who moved. */
  readonly form: string;
  readonly dynamicsField: string;
  readonly kind: 'Field' | 'Reference' | 'Dimension' | 'Constant';
  readonly direction: Direction;
  readonly formula: Formula | null;
  readonly inboundFormula: Formula | null;
  readonly valueMap: ValueMap | null;
  /** The mapping whose link gives a Reference its value. */
  readonly referenceMapping: string | null;
  readonly policy: Policy;
  readonly blankHandling: 'Send' | 'Keep';
  readonly isWriteBack: boolean;
  readonly isRequired: boolean;
  readonly isAudited: boolean;
  readonly options: FieldMappingOptions;
};

/** FieldMapping__mdt.Options__c. */
export type FieldMappingOptions = {
  /** Constant: the value. */
  readonly value?: string;
  /** Reference: the field of the parent's Dynamics record that is taken, where that is not its number. */
  readonly referenceField?: string;
  /** Dimension: the name of the financial dimension; fields with the same target are composed into one string. */
  readonly dimension?: string;
  /** Compare without case. */
  readonly caseless?: boolean;
  /** Decimal places that a number is rounded to before it goes to Dynamics; comparisons count no more. */
  readonly scale?: number;
  /** Inbound: how a decimal is signed or totaled is a formula's work; this names a computed figure instead (see settlement.ts). */
  readonly figure?: string;
};

/** One company route (CompanyRoute__mdt), compiled. */
export type CompanyRoute = {
  readonly name: string;
  readonly connection: string;
  /** The relay's key of that connection. */
  readonly connectionKey: string;
  readonly condition: Formula | null;
  readonly company: string | null;
  readonly companyFormula: Formula | null;
  readonly isPrimary: boolean;
  readonly handOff: HandOff;
  readonly options: CompanyRouteOptions;
};

export type HandOff = 'None' | 'Opportunity' | 'Quote' | 'Order';

/** Another document of a mapping's deals that may hand them over in its place. */
export type Leader = {
  /** The lookup that names its record, e.g. `OpportunityId`, and the relationship that leads there. */
  readonly path: string;
  readonly prefix: string;
  readonly mapping: string;
  readonly handOff: HandOff;
  /** Which of its records are wanted; its fields come with the record, behind the prefix. */
  readonly criteria: Formula | null;
};

/** CompanyRoute__mdt.Options__c: what differs in this company from the mapping. */
export type CompanyRouteOptions = {
  readonly createStrategy?: CreateStrategy;
  readonly documentStrategy?: DocumentStrategy;
};

export type CreateStrategy = 'OwnKey' | 'Marker' | 'Review';
export type DocumentStrategy = 'None' | 'Changeset' | 'Staged';
export type Normalizer = 'exact' | 'caseless' | 'alphanumeric' | 'phone' | 'email';

/** One match rule: the fields that must agree, tried in order of priority. */
export type MatchRule = {
  readonly name: string;
  readonly priority: number;
  readonly fields: readonly {
    readonly salesforce: string;
    readonly dynamics: string;
    readonly normalise: Normalizer;
  }[];
};

/** EntityMapping__mdt.Options__c. */
export type EntityMappingOptions = {
  /** Staged documents: the field that holds the document back from processing, and its two values. */
  readonly hold?: { readonly field: string; readonly held: string; readonly released: string };
  /** Values of a Dynamics field in which the document is final: it is read and never written. */
  readonly final?: { readonly field: string; readonly values: readonly string[] };
  /** Salesforce lookups whose records may have handed the same deal over already, e.g. `OpportunityId`. */
  readonly related?: readonly string[];
  /** The child's Dynamics field that names its parent, and the parent's field it takes it from. */
  readonly parentKey?: Readonly<Record<string, string>>;
  /** Delete policy Deactivate: what is written instead of deleting, and what is written when the record is restored. */
  readonly deactivate?: { readonly field: string; readonly value: string; readonly active: string };
  /** Inbound: the business events that hint at records of this mapping; `where` maps entity fields to event members. */
  readonly events?: readonly {
    readonly businessEventId: string;
    readonly where: Readonly<Record<string, string>>;
    /** Salesforce field → event member, for values that only the event carries. */
    readonly values?: Readonly<Record<string, string>>;
  }[];
  /** Inbound: documents dated since the last sweep, less so many days, are looked through for those that no event brought. */
  readonly sweep?: { readonly dateField: string; readonly overlapDays: number };
  /** Inbound: the parts of the external key, in order: `@connection`, `@company` or an entity field; joined by `/`. */
  readonly externalKey?: readonly string[];
  readonly externalIdField?: string;
  /** The entity field whose value people know the record by, where it is not the last part of the key. */
  readonly numberField?: string;
  /** Inbound: a record counts only if this other record says so, e.g. a payment line whose journal is posted. */
  readonly only?: {
    readonly entitySet: string;
    readonly joins: Readonly<Record<string, string>>;
    readonly equals: Readonly<Record<string, string>>;
  };
  /** Inbound master-detail or lookup from child to parent record. */
  readonly parentField?: string;
  /** Inbound child: entity fields that must equal the parent's. */
  readonly joins?: Readonly<Record<string, string>>;
};

/** One entity mapping (EntityMapping__mdt) with everything that belongs to it, compiled. */
export type EntityMapping = {
  readonly name: string;
  /** SHA-256 of the records it was compiled from. */
  readonly version: string;
  readonly salesforceObject: string;
  readonly connection: string | null;
  readonly entitySet: string;
  readonly direction: Direction;
  /** Over the Salesforce record; for what only comes from Dynamics, over the Dynamics record. */
  readonly criteria: Formula | null;
  readonly sequence: number;
  readonly parentMapping: string | null;
  readonly childRelationship: string | null;
  readonly matchRules: readonly MatchRule[];
  readonly createStrategy: CreateStrategy;
  readonly markerField: string | null;
  readonly documentStrategy: DocumentStrategy;
  readonly handOff: HandOff;
  readonly leaders: readonly Leader[];
  readonly approvalFormula: Formula | null;
  readonly deletePolicy: 'Ignore' | 'Block' | 'Deactivate';
  readonly options: EntityMappingOptions;
  readonly fields: readonly FieldMapping[];
  readonly routes: readonly CompanyRoute[];
  readonly children: readonly EntityMapping[];
  /** Every Salesforce field path that the mapping reads (not its children's). */
  readonly reads: readonly string[];
};

/** A connection as the org names it. */
export type ConfiguredConnection = {
  readonly name: string;
  readonly connectionKey: string;
  readonly platform: string;
  readonly isDefault: boolean;
};

/** A configuration document, compiled: immutable, named by its hash. `mappings` holds top-level mappings only. */
export type Configuration = {
  readonly hash: string;
  readonly connections: ReadonlyMap<string, ConfiguredConnection>;
  readonly mappings: ReadonlyMap<string, EntityMapping>;
};

/** The type of a Salesforce field, as describe tells. */
export type SalesforceFieldType =
  'string' | 'number' | 'boolean' | 'date' | 'datetime' | 'time' | 'reference' | 'id' | 'picklist' | 'multipicklist';

export type SalesforceField = {
  readonly name: string;
  readonly type: SalesforceFieldType;
  readonly length: number;
  readonly scale: number;
  /** A percentage: 10 % is held as 10 and is 0.1 in formulas, as in Salesforce. */
  readonly isPercent?: boolean;
  readonly referenceTo: readonly string[];
  readonly relationshipName: string | null;
  readonly isUpdateable: boolean;
};

/** What describe says of a Salesforce object, reduced to what mappings need. */
export type ObjectDescription = {
  readonly name: string;
  readonly fields: ReadonlyMap<string, SalesforceField>;
  readonly children: ReadonlyMap<string, { readonly object: string; readonly field: string }>;
};

/** What a mapping is compiled and checked against. */
export type Descriptions = {
  object(name: string): ObjectDescription | null;
  entity(entitySet: string): EntityDescription | null;
};
