import { RelayError } from '../errors.ts';
import type { Describe } from './describe.ts';
import type { Prefix } from './namespace.ts';
import { objectNames } from './package-names.ts';

/** Says in an org's own words what mappings name without the package's namespace. Standard names cost no call. */
export type OrgNames = {
  object(name: string): Promise<string>;
  /** A field, relationship or child relationship of an object, or a path through its parents. */
  member(object: string, path: string): Promise<string>;
  /** A query of one object, without queries inside. */
  query(soql: string): Promise<string>;
};

/** Binds the names to one org. */
export function createOrgNames({
  prefix,
  describe,
}: {
  readonly prefix: Prefix;
  readonly describe: Describe;
}): OrgNames {
  const object: OrgNames['object'] = async (name) =>
    isStandard(name) ? name : objectNames(await prefix()).inOrg(name);

  const member: OrgNames['member'] = async (type, path) => {
    if (isStandard(path) || (await prefix()) === '') return path;
    const [name = '', ...rest] = path.split('.');
    const described = await describe(type);
    const own = described.names.inOrg(name);
    if (rest.length === 0) return own;
    const target = await targetOf(describe, { type, relationship: name, next: rest[0] ?? '' });
    return `${own}.${target === null ? rest.join('.') : await member(target, rest.join('.'))}`;
  };

  const query: OrgNames['query'] = async (soql) => {
    const tokens = [...soql.matchAll(TOKEN)];
    const from = tokens.findIndex(([token]) => /^from$/i.test(token));
    const [type] = tokens[from + 1] ?? [];
    if (from < 0 || type === undefined || tokens.filter(([token]) => /^select$/i.test(token)).length > 1) {
      throw new RelayError('UNEXPECTED', 'The relay made a query that it cannot translate for the org.');
    }
    let end = 0;
    let translated = '';
    for (const [index, match] of tokens.entries()) {
      const [token] = match;
      translated += soql.slice(end, match.index);
      end = match.index + token.length;
      if (token.startsWith("'")) translated += token;
      else translated += index === from + 1 ? await object(token) : await member(type, token);
    }
    return translated + soql.slice(end);
  };

  return { object, member, query };
}

/** String literals, which are left alone, and names with their paths. */
const TOKEN = /'(?:\\.|[^'\\])*'|[A-Za-z]\w*(?:\.[A-Za-z]\w*)*/g;

function isStandard(name: string): boolean {
  return !name.includes('__');
}

type Step = { readonly type: string; readonly relationship: string; readonly next: string };

/** The object that a relationship leads to; of several, the one that has the next member. */
async function targetOf(describe: Describe, { type, relationship, next }: Step): Promise<string | null> {
  const { description } = await describe(type);
  const field = [...description.fields.values()].find(
    ({ relationshipName }) => relationshipName?.toLowerCase() === relationship.toLowerCase(),
  );
  const targets = field?.referenceTo ?? [];
  if (targets.length <= 1) return targets[0] ?? null;
  for (const target of targets) {
    const { names, description: of } = await describe(target);
    if (of.fields.has(next) || names.inOrg(next) !== next) return target;
  }
  return null;
}
