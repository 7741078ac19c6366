import { type ApexOrg } from '../../apex/execution/apex-org.ts';
import { readTyped } from '../../apex/library/json/deserialize.ts';
import { type JsonNode, parseJson } from '../../apex/library/json/parse-json.ts';
import { type ApexMethodInfo } from '../../apex/program.ts';
import { ApexAuraHandledException, ApexException } from '../../apex/runtime/values/apex-exception.ts';
import { toRecordError } from '../../record-error.ts';
import { type RestResponse } from '../../rest/http.ts';
import { toAuraValue } from './aura-value.ts';

/** A component's call of an Apex method: who calls, what, and the named arguments as JSON. */
export type AuraCall = {
  readonly userId: string;
  readonly className: string;
  readonly method: string;
  readonly body: string;
};

/** Runs an `@AuraEnabled` method as that user, as a component calls it: class access first, then typed arguments by name. */
export function callAura(apex: ApexOrg, call: AuraCall): RestResponse {
  const method = auraMethod(apex, call);
  if (method === null) return unknownMethod(call);
  if (!apex.services.security.rightsOf(call.userId).hasClass(method.className)) {
    return refusal(403, `You do not have access to the Apex class named '${method.className}'.`);
  }
  try {
    const body = apex.execute({ userId: call.userId, kind: 'aura' }, () => {
      const given = parseJson(call.body === '' ? '{}' : call.body);
      const args = method.parameters.map(({ name, type }) => readTyped(argument(given, name), type, false));
      return toAuraValue(apex.program, apex.program.invokeStatic(method.className, method.name, args));
    });
    return { status: 200, body: { value: body } };
  } catch (error) {
    if (error instanceof ApexException) return { status: 500, body: exceptionBody(error) };
    return refusal(500, toRecordError(error).message);
  }
}

/** The answer for a method that no component may call. */
export function unknownMethod({ className, method }: AuraCall): RestResponse {
  return refusal(404, `No @AuraEnabled method ${className}.${method} is known.`);
}

function auraMethod({ program }: ApexOrg, { className, method }: AuraCall): ApexMethodInfo | null {
  const found = program
    .annotatedMethods('auraenabled')
    .find((one) => isSame(one.className, className) && isSame(one.name, method) && one.isStatic);
  return found ?? null;
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function argument(given: JsonNode, name: string): JsonNode {
  const entry = given.kind === 'object' ? given.entries.find(([key]) => isSame(key, name)) : undefined;
  return entry?.[1] ?? { kind: 'null' };
}

function refusal(status: number, message: string): RestResponse {
  return { status, body: { message } };
}

/** Only an AuraHandledException hides where it was thrown. */
function exceptionBody(error: ApexException): Record<string, unknown> {
  if (error instanceof ApexAuraHandledException) return { message: error.handledMessage };
  const message = error.shownMessage();
  return { message, exceptionType: error.typeName, stackTrace: error.stackTrace(), isUserDefinedException: false };
}
