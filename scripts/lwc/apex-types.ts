import {
  ApexErrorListener,
  ApexParserFactory,
  type ClassDeclarationContext,
  type ClassBodyDeclarationContext,
  type TypeRefContext,
} from '@apexdevtools/apex-parser';

/** One Apex class as read from its file. */
export type ApexFile = { readonly path: string; readonly text: string };

/** An Apex signature that no component could call: what is wrong and where. */
export class ApexTypesError extends Error {}

const SCALARS: Readonly<Record<string, string>> = {
  string: 'string',
  id: 'string',
  date: 'string',
  datetime: 'string',
  time: 'string',
  blob: 'string',
  boolean: 'boolean',
  integer: 'number',
  long: 'number',
  decimal: 'number',
  double: 'number',
  object: 'unknown',
  void: 'null',
};

type Known = ReadonlyMap<string, ClassDeclarationContext>;

/** Declares every `@AuraEnabled` method of the classes as the module a component imports it by, so that tsc checks the call. */
export function declareApexModules(files: readonly ApexFile[]): string {
  const modules = files
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .flatMap((file) => {
      const declaration = parseClass(file);
      return declaration === null ? [] : modulesOf(declaration, file.path);
    });
  return `/* Written by \`npm run build:lwc\` from the @AuraEnabled methods of force-app; do not edit. */\n${modules.join('\n')}`;
}

class Refusing extends ApexErrorListener {
  readonly #path: string;

  constructor(path: string) {
    super();
    this.#path = path;
  }

  apexSyntaxError(line: number, column: number, message: string): void {
    throw new ApexTypesError(`${this.#path}:${line}:${column} ${message}`);
  }
}

function parseClass({ path, text }: ApexFile): ClassDeclarationContext | null {
  const { parser } = ApexParserFactory.createLexerAndParser(text, new Refusing(path));
  const declaration: ClassDeclarationContext | null = parser.compilationUnit().typeDeclaration().classDeclaration();
  return declaration;
}

function modulesOf(declaration: ClassDeclarationContext, path: string): string[] {
  const members = declaration.classBody().classBodyDeclaration_list();
  const inner: Known = new Map(
    members.flatMap((member) => {
      const nested = orNull(orNull(member.memberDeclaration())?.classDeclaration());
      return nested === null ? [] : [[nested.id().getText().toLowerCase(), nested] as const];
    }),
  );
  return members.filter(isAuraEnabled).flatMap((member) => {
    const method = orNull(orNull(member.memberDeclaration())?.methodDeclaration());
    if (method === null) return [];
    const used = new Map<string, string>();
    const read = (type: TypeRefContext): string => typeText(type, { inner, used, path });
    const parameters = orNull(method.formalParameters().formalParameterList())?.formalParameter_list() ?? [];
    const given = parameters.map((parameter) => `${parameter.id().getText()}: ${read(parameter.typeRef())} | null`);
    const result = orNull(method.typeRef());
    const answer = result === null ? 'null' : read(result);
    const name = `${declaration.id().getText()}.${method.id().getText()}`;
    return [
      `declare module '@salesforce/apex/${name}' {\n${[...used.values()].join('')}` +
        `  const method: import('@salesforce/apex').ApexMethod<{ ${given.join('; ')} }, ${answer}>;\n` +
        '  export default method;\n}\n',
    ];
  });
}

function isAuraEnabled(member: ClassBodyDeclarationContext): boolean {
  return member.modifier_list().some((modifier) => /^@auraenabled/i.test(modifier.getText()));
}

type Reading = { readonly inner: Known; readonly used: Map<string, string>; readonly path: string };

function typeText(type: TypeRefContext, reading: Reading): string {
  const last = type.typeName_list().at(-1);
  if (last === undefined) throw new ApexTypesError(`${reading.path}: ${type.getText()} is no type.`);
  const inside = orNull(last.typeArguments())?.typeList().typeRef_list() ?? [];
  const element = inside.at(-1);
  if (element !== undefined) return collectionText(inside.length, typeText(element, reading));
  const base = last.getText().toLowerCase();
  const nested = reading.inner.get(base);
  const text = SCALARS[base] ?? (nested && declareShape(nested, reading));
  if (text !== undefined) return text;
  throw new ApexTypesError(
    `${reading.path}: ${type.getText()} cannot be declared for a component. Return a scalar, a list or map, or an inner class with @AuraEnabled members.`,
  );
}

/** Lists and sets have one type argument, maps two. */
function collectionText(typeArguments: number, of: string): string {
  if (typeArguments === 2) return `Readonly<Record<string, ${of}>>`;
  return `readonly ${of.includes(' ') ? `(${of})` : of}[]`;
}

function declareShape(declaration: ClassDeclarationContext, reading: Reading): string {
  const name = declaration.id().getText();
  if (reading.used.has(name)) return name;
  reading.used.set(name, '');
  const members = declaration
    .classBody()
    .classBodyDeclaration_list()
    .filter(isAuraEnabled)
    .flatMap((member) => {
      const body = member.memberDeclaration();
      const field = orNull(body.fieldDeclaration());
      const property = orNull(body.propertyDeclaration());
      if (field !== null) {
        const of = typeText(field.typeRef(), reading);
        return field
          .variableDeclarators()
          .variableDeclarator_list()
          .map((variable) => `    readonly ${variable.id().getText()}?: ${of};\n`);
      }
      if (property === null) return [];
      return [`    readonly ${property.id().getText()}?: ${typeText(property.typeRef(), reading)};\n`];
    });
  reading.used.set(name, `  export type ${name} = {\n${members.join('')}  };\n`);
  return name;
}

// The parser's declarations promise contexts that are null at run time where the text has none.
function orNull<Context>(context: Context | null | undefined): Context | null {
  return context ?? null;
}
