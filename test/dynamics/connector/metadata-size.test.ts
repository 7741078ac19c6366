import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMetadataParser } from '../../../relay/src/dynamics/odata/metadata-parser.ts';

const TYPES = 3000;
const PROPERTIES = 52;

function* bigMetadata(): Generator<string> {
  yield '<?xml version="1.0"?><edmx:Edmx Version="4.0" xmlns:edmx="e"><edmx:DataServices><Schema Namespace="N" xmlns="d">';
  for (let type = 0; type < TYPES; type += 1) {
    let text = `<EntityType Name="EntityNumber${type}"><Key><PropertyRef Name="dataAreaId"/></Key>`;
    for (let property = 0; property < PROPERTIES; property += 1) {
      text += `<Property Name="PropertyNumber${property}OfEntity${type}" Type="Edm.String" Nullable="false"><Annotation Term="Org.OData.Core.V1.Description" String="x"/></Property>`;
    }
    yield `${text}</EntityType>`;
  }
  yield '<EntityContainer Name="Resources">';
  for (let type = 0; type < TYPES; type += 1) yield `<EntitySet Name="Set${type}" EntityType="N.EntityNumber${type}"/>`;
  yield '</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>';
}

const MB = 1024 * 1024;

describe('a $metadata document of 22 MB', () => {
  let collect: () => void;
  let startedWith = 0;

  beforeAll(async () => {
    const { setFlagsFromString } = await import('node:v8');
    const { runInNewContext } = await import('node:vm');
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
    collect();
    startedWith = process.memoryUsage().heapUsed;
  });
  afterAll(() => collect());

  it('leaves an index that is a small part of it, whole', () => {
    const parser = createMetadataParser();
    let size = 0;
    for (const piece of bigMetadata()) {
      size += piece.length;
      parser.write(piece);
    }
    const index = parser.end();
    collect();
    const kept = process.memoryUsage().heapUsed - startedWith;

    expect(size).toBeGreaterThan(22 * MB);
    expect(index?.entitySets.size).toBe(TYPES);
    expect(index?.describe('Set2999')?.fields.size).toBe(PROPERTIES);
    expect(kept).toBeLessThan(16 * MB);
  });
});
