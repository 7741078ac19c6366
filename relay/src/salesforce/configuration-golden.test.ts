import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from '../../../contracts/schemas/configuration.v1.schema.json' with { type: 'json' };
import { generate } from 'selfsigned';

import { startOrg, type LocalOrg } from '../../../test/org/start-org.ts';
import { createSalesforce } from './salesforce-org.ts';

let org: LocalOrg;
let document: string;

beforeAll(async () => {
  const app = await generate(undefined, { keySize: 2048, algorithm: 'sha256' });
  org = await startOrg({
    sources: ['force-app', 'unpackaged/demo'],
    connectedApps: [{ clientId: 'relay', certificates: [app.cert] }],
  });
  const settings = {
    organizationId: org.organizationId,
    loginUrl: org.baseUrl,
    clientId: 'relay',
    username: 'integration@causeway.example',
    privateKeyPem: app.private,
    connections: [],
  };
  document = (await createSalesforce({ org: settings, clock: () => new Date() }).readConfiguration()).document;
});

afterAll(() => org.stop());

describe('the demo customer’s configuration, read through REST', () => {
  it('is the golden document, in canonical text', () => {
    const golden: unknown = JSON.parse(readFileSync('contracts/fixtures/configuration.json', 'utf8'));

    expect(JSON.parse(document)).toEqual(golden);
    expect(document).toBe(canonical(golden));
  });

  it('follows the schema of the contract', () => {
    const validate = new Ajv2020().compile(schema);

    validate(JSON.parse(document));

    expect(validate.errors).toBeNull();
  });
});

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join()}}`;
}
