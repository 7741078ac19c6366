import { ApexAuraHandledException, type ApexException, throwApex } from '../runtime/values/apex-exception.ts';
import { platformClass, platformException } from './declare.ts';

/** `Exception` and what every exception of the platform or of Apex code can do. */
const exceptionBase = platformClass('Exception', {
  isVirtual: true,
  methods: {
    'Exception getCause()': (self: ApexException) => self.cause,
    'Integer getLineNumber()': (self: ApexException) => self.frames?.[0]?.line ?? 0,
    'String getMessage()': (self: ApexException) => self.shownMessage(),
    'String getStackTraceString()': (self: ApexException) => self.stackTrace(),
    'String getTypeName()': (self: ApexException) => self.typeName,
    'void initCause(Exception)': initCause,
    'void setMessage(String)': (self: ApexException, message: string | null) => {
      self.message = message;
    },
  },
});

/** Exceptions of the namespace System without methods of their own; those of DML belong to the data side. */
const PLAIN = [
  'AsyncException',
  'AssertException',
  'BigObjectException',
  'CalloutException',
  'CanvasException',
  'DuplicateMessageException',
  'EmailException',
  'EmailTemplateRenderException',
  'ExternalObjectException',
  'FatalCursorException',
  'FinalException',
  'FlowException',
  'HandledException',
  'IllegalArgumentException',
  'InvalidHeaderException',
  'InvalidParameterValueException',
  'InvalidReadOnlyUserDmlException',
  'JSONException',
  'LicenseException',
  'LimitException',
  'ListException',
  'MathException',
  'NoAccessException',
  'NoDataFoundException',
  'NoSuchElementException',
  'NullPointerException',
  'PlatformCacheException',
  'ProcedureException',
  'RequiredFeatureMissingException',
  'SObjectException',
  'SearchException',
  'SecurityException',
  'SerializationException',
  'StringException',
  'TouchHandledException',
  'TransientCursorException',
  'TypeException',
  'UnexpectedException',
  'UnsupportedOperationException',
  'VisualforceException',
  'WaveTemplateException',
  'XmlException',
];

const auraHandledException = platformException('System.AuraHandledException', {
  constructors: {
    '(String)': (message: string | null) => {
      const exception = new ApexAuraHandledException();
      exception.handledMessage = message ?? '';
      return exception;
    },
  },
});

export const exceptionDeclarations = [
  exceptionBase,
  auraHandledException,
  ...PLAIN.map((name) => platformException(`System.${name}`)),
];

function initCause(self: ApexException, cause: ApexException | null): void {
  if (self.cause) throwApex('System.IllegalArgumentException', 'Cause has already been set.');
  self.cause = cause;
}
