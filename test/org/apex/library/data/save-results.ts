import { type RecordError } from '../../../record-error.ts';
import { type DmlResult } from '../../data/dml.ts';
import { currentProgram } from '../../program.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { classOf, types } from '../../types.ts';
import { platformClass, platformEnum, type PlatformDeclaration } from '../declare.ts';
import { DataObject, getters } from './data-class.ts';

type ErrorParts = Pick<RecordError, 'message' | 'statusCode' | 'fields'>;

/** A Database.Error. */
export function databaseError({ message, statusCode, fields }: ErrorParts): DataObject {
  const codes = currentProgram().enumValues('System.StatusCode');
  return new DataObject('Database.Error', [
    ['message', message],
    [
      'statusCode',
      codes.find(({ name }) => name === statusCode) ?? codes.find(({ name }) => name === 'UNKNOWN_EXCEPTION') ?? null,
    ],
    ['fields', new ApexList(types.String, [...fields])],
  ]);
}

/** The result object of one record under the class that the operation answers with. */
export function toResultObject(className: string, result: DmlResult): DataObject {
  const isSuccess = result.errors.length === 0;
  return new DataObject(className, [
    [
      'id',
      result.id === null || result.id === '' || (!isSuccess && className === 'Database.SaveResult' && result.isCreated)
        ? null
        : ApexId.of(result.id),
    ],
    ['isSuccess', isSuccess],
    ...(className === 'Database.UpsertResult' ? [['isCreated', result.isCreated] as const] : []),
    ['errors', new ApexList(classOf('Database.Error'), result.errors.map(databaseError))],
  ]);
}

const RESULT = { id: 'Id', isSuccess: 'Boolean', errors: 'List<Database.Error>' } as const;

const result = (name: string, extra: Readonly<Record<string, string>> = {}): PlatformDeclaration =>
  platformClass(name, { namespace: 'Database', methods: getters({ ...RESULT, ...extra }) });

/** Codes our local org gives, and those that Apex code commonly names. */
const STATUS_CODES = [
  'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  'APEX_DATA_ACCESS_RESTRICTION',
  'CANNOT_DELETE_OBJECT',
  'CANNOT_EXECUTE_FLOW_TRIGGER',
  'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  'DELETE_FAILED',
  'DUPLICATE_USERNAME',
  'DUPLICATES_DETECTED',
  'DUPLICATE_EXTERNAL_ID',
  'DUPLICATE_VALUE',
  'ENTITY_IS_DELETED',
  'ENTITY_IS_LOCKED',
  'FAILED_ACTIVATION',
  'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  'FIELD_FILTER_VALIDATION_EXCEPTION',
  'FIELD_INTEGRITY_EXCEPTION',
  'INACTIVE_OWNER_OR_USER',
  'INSUFFICIENT_ACCESS',
  'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
  'INSUFFICIENT_ACCESS_OR_READONLY',
  'INVALID_CROSS_REFERENCE_KEY',
  'INVALID_EMAIL_ADDRESS',
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
  'INVALID_ID_FIELD',
  'INVALID_OPERATION',
  'INVALID_STATUS',
  'INVALID_TYPE',
  'LIMIT_EXCEEDED',
  'MALFORMED_ID',
  'MISSING_ARGUMENT',
  'MIXED_DML_OPERATION',
  'NUMBER_OUTSIDE_VALID_RANGE',
  'REQUIRED_FIELD_MISSING',
  'SELF_REFERENCE_FROM_TRIGGER',
  'STORAGE_LIMIT_EXCEEDED',
  'STRING_TOO_LONG',
  'TOO_MANY_APEX_REQUESTS',
  'UNABLE_TO_LOCK_ROW',
  'UNDELETE_FAILED',
  'UNKNOWN_EXCEPTION',
] as const;

export const saveResultClasses: readonly PlatformDeclaration[] = [
  platformClass('Error', {
    namespace: 'Database',
    methods: getters({ message: 'String', statusCode: 'StatusCode', fields: 'List<String>' }),
  }),
  result('SaveResult'),
  result('UpsertResult', { isCreated: 'Boolean' }),
  result('DeleteResult'),
  result('UndeleteResult'),
  platformEnum('StatusCode', STATUS_CODES),
];
