import { describe, expect, it } from '@jest/globals';
import type { EntityDescription } from './dynamics/connector.ts';
import { createEntityDescriber } from './entity-describer.ts';
import { RelayError } from './errors.ts';

const ORG = '00D000000000062EAA';
const DESCRIPTION = { entitySet: 'CustomersV3' } as EntityDescription;

type Answer = () => EntityDescription;

function start(answers: Readonly<Record<string, Answer>>) {
  const time = { now: 0 };
  const asked: string[] = [];
  const describeEntity = createEntityDescriber({
    settings: { orgs: new Map([[ORG, { connections: Object.keys(answers) } as never]]) },
    connectorOf: (_org, key) => ({
      describe: async () => {
        asked.push(key);
        return (answers[key] ?? unknown)();
      },
    }),
    log: { warn: () => undefined },
    clock: () => new Date(time.now),
  });
  return { describeEntity, asked, time };
}

const known: Answer = () => DESCRIPTION;
const unknown: Answer = () => {
  throw new RelayError('ENTITY_SET_UNKNOWN', 'Not published.');
};
const refused: Answer = () => {
  throw new RelayError('CREDENTIAL_REFUSED', 'The secret has ended.');
};

describe('describing an entity set', () => {
  it.each<[string, Readonly<Record<string, Answer>>, unknown]>([
    ['is done by the environment that knows it', { first: unknown, second: known }, DESCRIPTION],
    ['is not held up by an environment that is away', { first: refused, second: known }, DESCRIPTION],
    ['tells where only one that is away may know it', { first: refused, second: unknown }, 'away'],
    ['tells that none knows it', { first: unknown, second: unknown }, null],
    ['tells so of an org without environments', {}, null],
  ])('%s', async (_case, answers, expected) => {
    const { describeEntity } = start(answers);

    expect(await describeEntity(ORG, 'CustomersV3')).toEqual(expected);
  });

  it('does not wait for the same absent environment once per entity set, and asks it again soon', async () => {
    const { describeEntity, asked, time } = start({ first: refused });
    await describeEntity(ORG, 'CustomersV3');
    await describeEntity(ORG, 'SalesOrderHeadersV4');
    expect(asked).toEqual(['first']);

    time.now += 10_000;
    await describeEntity(ORG, 'CustomersV3');

    expect(asked).toEqual(['first', 'first']);
  });

  it('does not hide what is a bug of ours', async () => {
    const { describeEntity } = start({
      first: () => {
        throw new TypeError('undefined is no function');
      },
    });

    await expect(describeEntity(ORG, 'CustomersV3')).rejects.toThrow(TypeError);
  });
});
