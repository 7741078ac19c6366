/** A field path as written: `Account.Owner.Name` is three names. */
export type Path = readonly string[];

export type AggregateName = 'COUNT' | 'COUNT_DISTINCT' | 'SUM' | 'MIN' | 'MAX' | 'AVG';
export type DateFunctionName =
  | 'CALENDAR_MONTH'
  | 'CALENDAR_QUARTER'
  | 'CALENDAR_YEAR'
  | 'DAY_IN_MONTH'
  | 'DAY_IN_WEEK'
  | 'DAY_IN_YEAR'
  | 'DAY_ONLY'
  | 'HOUR_IN_DAY';

/** Something with a value per row or group. `path` is null only in COUNT(). */
export type Operand =
  | { readonly kind: 'field'; readonly path: Path }
  /** `toLabel(Industry)`. */
  | { readonly kind: 'label'; readonly name: 'toLabel'; readonly path: Path }
  | { readonly kind: 'aggregate'; readonly name: AggregateName; readonly path: Path | null }
  | { readonly kind: 'dateFunction'; readonly name: DateFunctionName; readonly path: Path };

export type SelectItem =
  | { readonly kind: 'operand'; readonly operand: Operand; readonly alias: string | null }
  | { readonly kind: 'fields'; readonly set: 'ALL' | 'STANDARD' | 'CUSTOM' }
  | { readonly kind: 'subquery'; readonly query: Query };

export type Literal =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string; readonly pattern: string }
  | { readonly kind: 'date'; readonly text: string }
  | { readonly kind: 'datetime'; readonly text: string }
  | { readonly kind: 'dateLiteral'; readonly name: string; readonly count: number }
  /** `:expression`, to be given when the query runs; the text is its source. */
  | { readonly kind: 'bind'; readonly text: string };

export type ComparisonValue =
  | Literal
  | { readonly kind: 'list'; readonly values: readonly Literal[] }
  | { readonly kind: 'subquery'; readonly query: Query };

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'NOT IN' | 'INCLUDES' | 'EXCLUDES';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'compare'; readonly left: Operand; readonly operator: Operator; readonly right: ComparisonValue };

export type OrderItem = { readonly operand: Operand; readonly isDescending: boolean; readonly nulls: 'FIRST' | 'LAST' };

/** One query, independent of any schema; subqueries have the same shape. */
export type Query = {
  readonly select: readonly SelectItem[];
  readonly from: string;
  readonly alias: string | null;
  readonly where: Condition | null;
  readonly groupBy: readonly Operand[];
  readonly having: Condition | null;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Literal | null;
  readonly offset: Literal | null;
  readonly isAllRows: boolean;
  readonly isForUpdate: boolean;
  readonly accessMode: 'USER_MODE' | 'SYSTEM_MODE' | 'SECURITY_ENFORCED' | null;
};
