import {
  callableInterface,
  comparableInterface,
  comparatorInterface,
  iterableInterface,
  iteratorInterface,
} from './collections/interfaces.ts';
import { listClass } from './collections/list-class.ts';
import { mapClass } from './collections/map-class.ts';
import { setClass } from './collections/set-class.ts';
import { type PlatformDeclaration } from './declare.ts';
import { cryptoClass } from './encoding/crypto-class.ts';
import { encodingUtilClass } from './encoding/encoding-class.ts';
import { exceptionDeclarations } from './exceptions.ts';
import { jsonGeneratorClass } from './json/generator-class.ts';
import { jsonClass } from './json/json-class.ts';
import { jsonParserClass, jsonTokenEnum } from './json/parser-class.ts';
import { decimalClass } from './number/decimal-class.ts';
import { mathClass } from './number/math-class.ts';
import { booleanClass, doubleClass, integerClass, longClass } from './number/whole-classes.ts';
import { matcherClass, patternClass } from './pattern/pattern-classes.ts';
import { inboundEmailClasses } from './email/inbound-email.ts';
import { orgLimitClasses } from './org/org-limits-class.ts';
import { installClasses, siteClasses } from './org/sites-classes.ts';
import { domClasses } from './xml/dom-classes.ts';
import { xmlStreamWriterClass } from './xml/stream-writer-class.ts';
import { controllerClasses } from './pages/controllers.ts';
import { apexPagesClasses } from './pages/apex-pages.ts';
import { addressClasses, selectOptionClass } from './pages/select-option-class.ts';
import { assertClass } from './system/assert-class.ts';
import { blobClass } from './system/blob-class.ts';
import { enumDeclarations } from './system/enums.ts';
import { idClass } from './system/id-class.ts';
import { enumClass, objectClass } from './system/object-classes.ts';
import { pageReferenceClass } from './system/page-reference-class.ts';
import { requestClass } from './system/request-class.ts';
import { typeClass } from './system/type-class.ts';
import { urlClass } from './system/url-class.ts';
import { uuidClass } from './system/uuid-class.ts';
import { versionClass } from './system/version-class.ts';
import { collatorClass } from './text/collator-class.ts';
import { stringClass } from './text/string-class.ts';
import { dateClass } from './time/date-class.ts';
import { datetimeClass } from './time/datetime-class.ts';
import { timeClass, timeZoneClass } from './time/time-class.ts';

/** The platform's types that need no records, jobs or callouts; the data side declares the others. */
export const coreLibrary: readonly PlatformDeclaration[] = [
  objectClass,
  enumClass,
  stringClass,
  booleanClass,
  integerClass,
  longClass,
  doubleClass,
  decimalClass,
  mathClass,
  dateClass,
  datetimeClass,
  timeClass,
  timeZoneClass,
  blobClass,
  idClass,
  uuidClass,
  listClass,
  setClass,
  mapClass,
  iteratorInterface,
  iterableInterface,
  comparableInterface,
  comparatorInterface,
  callableInterface,
  collatorClass,
  typeClass,
  patternClass,
  matcherClass,
  jsonClass,
  jsonGeneratorClass,
  jsonParserClass,
  jsonTokenEnum,
  encodingUtilClass,
  cryptoClass,
  urlClass,
  pageReferenceClass,
  versionClass,
  requestClass,
  assertClass,
  ...apexPagesClasses,
  ...inboundEmailClasses,
  ...orgLimitClasses,
  ...siteClasses,
  ...installClasses,
  ...controllerClasses,
  ...domClasses,
  xmlStreamWriterClass,
  selectOptionClass,
  ...addressClasses,
  ...enumDeclarations,
  ...exceptionDeclarations,
];
