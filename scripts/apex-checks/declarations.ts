import {
  type AnnotationContext,
  ClassBodyDeclarationContext,
  type ClassDeclarationContext,
  type MethodDeclarationContext,
  type ModifierContext,
  TypeDeclarationContext,
} from '@apexdevtools/apex-parser';
import { type ApexFile, type Finding, lineOf, nodesOf, type Tree } from './apex-source.ts';

const SHARING = /^(with|without|inherited)sharing$/;
const API_AREA = /^force-app\/main\/api\//;

/** A class or method with what stands before it. */
type Declaration = {
  readonly name: string;
  readonly line: number;
  readonly modifiers: ReadonlySet<string>;
  readonly annotations: ReadonlyMap<string, string>;
};

/**
 * What no compiler of ours sees in declarations: explicit sharing on every class, the shapes of what screens and Flows call, and
 * `global` only in the area api, because it can never be taken back.
 */
export function checkDeclarations(file: ApexFile): Finding[] {
  return [
    ...nodesOf(file.tree, TypeDeclarationContext).flatMap((type) => checkOuter(file, type)),
    ...nodesOf(file.tree, ClassBodyDeclarationContext).flatMap((member) => checkMember(file, member)),
  ];
}

function checkOuter(file: ApexFile, type: TypeDeclarationContext): Finding[] {
  const declared = type.classDeclaration() as ClassDeclarationContext | null;
  if (declared === null) return [];
  return checkClass(file, declarationOf(declared.id().getText(), type as unknown as Tree, type.modifier_list()));
}

function checkMember(file: ApexFile, member: ClassBodyDeclarationContext): Finding[] {
  const inner = member.memberDeclaration() as ReturnType<ClassBodyDeclarationContext['memberDeclaration']> | null;
  if (inner === null) return [];
  const node = member as unknown as Tree;
  const type = inner.classDeclaration() as ClassDeclarationContext | null;
  if (type !== null) return checkClass(file, declarationOf(type.id().getText(), node, member.modifier_list()));
  const method = inner.methodDeclaration() as MethodDeclarationContext | null;
  if (method === null) return [];
  return checkMethod(declarationOf(method.id().getText(), node, member.modifier_list()), method);
}

function checkClass(file: ApexFile, { name, line, modifiers }: Declaration): Finding[] {
  const findings: Finding[] = [];
  if (![...modifiers].some((modifier) => SHARING.test(modifier))) {
    findings.push({ line, message: `class ${name} says nothing of sharing: with, without or inherited sharing` });
  }
  if (modifiers.has('global') && !API_AREA.test(file.path)) {
    findings.push({ line, message: `class ${name} is global outside the area api` });
  }
  return findings;
}

function checkMethod(declared: Declaration, method: MethodDeclarationContext): Finding[] {
  return [
    ...(declared.annotations.has('auraenabled') ? checkAuraEnabled(declared, method) : []),
    ...(declared.annotations.has('invocablemethod') ? checkInvocable(declared, method) : []),
  ];
}

function checkAuraEnabled(
  { name, line, modifiers, annotations }: Declaration,
  method: MethodDeclarationContext,
): Finding[] {
  const findings: Finding[] = [];
  if (!modifiers.has('static')) findings.push({ line, message: `@AuraEnabled ${name} is not static` });
  if (!modifiers.has('public') && !modifiers.has('global')) {
    findings.push({ line, message: `@AuraEnabled ${name} is neither public nor global` });
  }
  const isCacheable = /cacheable=true/.test(annotations.get('auraenabled') ?? '');
  if (isCacheable && returnTypeOf(method) === 'void') {
    findings.push({ line, message: `@AuraEnabled ${name} is cacheable but answers nothing` });
  }
  if (isCacheable && CHANGING.test(bodyOf(method))) {
    findings.push({ line, message: `@AuraEnabled ${name} is cacheable but writes` });
  }
  return findings;
}

const CHANGING =
  /\b(insert|update|upsert|delete|undelete)as(user|system)|Database\.(insert|update|upsert|delete)|EventBus\.publish/i;

function checkInvocable({ name, line, modifiers }: Declaration, method: MethodDeclarationContext): Finding[] {
  const findings: Finding[] = [];
  if (!modifiers.has('static')) findings.push({ line, message: `@InvocableMethod ${name} is not static` });
  if (!modifiers.has('public') && !modifiers.has('global')) {
    findings.push({ line, message: `@InvocableMethod ${name} is neither public nor global` });
  }
  const parameters = parametersOf(method);
  if (parameters.length > 1 || !parameters.every((type) => /^list</i.test(type))) {
    findings.push({ line, message: `@InvocableMethod ${name} takes (${parameters.join(', ')}), not one List` });
  }
  const answer = returnTypeOf(method);
  if (answer !== 'void' && !/^list</i.test(answer)) {
    findings.push({ line, message: `@InvocableMethod ${name} answers ${answer}, not a List` });
  }
  return findings;
}

function declarationOf(name: string, node: Tree, modifiers: readonly ModifierContext[]): Declaration {
  const annotations = modifiers.flatMap((modifier) => (modifier.annotation() as AnnotationContext | null) ?? []);
  return {
    name,
    line: lineOf(node),
    modifiers: new Set(modifiers.map((modifier) => modifier.getText().toLowerCase())),
    annotations: new Map(
      annotations.map((one) => [one.id().getText().toLowerCase(), one.getText().toLowerCase().replaceAll(' ', '')]),
    ),
  };
}

function parametersOf(method: MethodDeclarationContext): string[] {
  const list = method.formalParameters().formalParameterList() as ReturnType<
    ReturnType<MethodDeclarationContext['formalParameters']>['formalParameterList']
  > | null;
  return list === null ? [] : list.formalParameter_list().map((parameter) => parameter.typeRef().getText());
}

function returnTypeOf(method: MethodDeclarationContext): string {
  const type = method.typeRef() as ReturnType<MethodDeclarationContext['typeRef']> | null;
  return type === null ? 'void' : type.getText();
}

function bodyOf(method: MethodDeclarationContext): string {
  const block = method.block() as ReturnType<MethodDeclarationContext['block']> | null;
  return block === null ? '' : block.getText();
}
