import { fieldNamed, isTextual, type ObjectType } from '../../metadata/schema.ts';
import { type RecordInput } from '../../records/read-input.ts';
import { type DataObject } from '../library/data/data-class.ts';
import { throwApex } from '../runtime/values/apex-exception.ts';

/** What Database.DMLOptions ask of one save. */
export type DmlOptions = { readonly isAllOrNone: boolean; readonly truncates: boolean };

const ALL_OR_NONE: DmlOptions = { isAllOrNone: true, truncates: false };

/**
 * Reads Database.DMLOptions: partial success unless they say all or none, and text cut to its field's length where they allow it.
 * The org has no duplicate or assignment rules and sends no mail, so allowing duplicates, the default rule and no mail are
 * as good as done; what would need more is refused by name.
 */
export function readDmlOptions(options: DataObject | null): DmlOptions {
  if (!options) return ALL_OR_NONE;
  refuse('localeOptions', options.get('localeOptions') !== null);
  const part = (header: string, name: string): unknown => (options.get(header) as DataObject | null)?.get(name) ?? null;
  refuse('AssignmentRuleHeader.assignmentRuleId', part('assignmentRuleHeader', 'assignmentRuleId') !== null);
  refuse('DuplicateRuleHeader.runAsCurrentUser', part('duplicateRuleHeader', 'runAsCurrentUser') === true);
  for (const name of ['triggerAutoResponseEmail', 'triggerOtherEmail', 'triggerUserEmail'])
    refuse(`EmailHeader.${name}`, part('emailHeader', name) === true);
  return {
    isAllOrNone: options.get('optAllOrNone') === true,
    truncates: options.get('allowFieldTruncation') === true,
  };
}

function refuse(name: string, isAsked: boolean): void {
  if (isAsked) {
    throwApex('System.UnsupportedOperationException', `The local org does not know Database.DMLOptions.${name}.`);
  }
}

/** The input with every text cut to the length of its field. */
export function truncated(object: ObjectType, input: RecordInput): RecordInput {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => {
      const field = fieldNamed(object, name);
      const isCut = field !== undefined && isTextual(field) && field.length > 0 && typeof value === 'string';
      return [name, isCut ? value.slice(0, field.length) : value] as const;
    }),
  );
}
