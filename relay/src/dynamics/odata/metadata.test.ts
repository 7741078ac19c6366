import { describe, expect, it } from '@jest/globals';
import { createMetadata } from './metadata.ts';

const document = (types: string, sets: string): string =>
  `<?xml version="1.0"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema Namespace="N" xmlns="http://docs.oasis-open.org/odata/ns/edm">${types}<EntityContainer Name="Resources">${sets}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`;

const TYPES = `<EnumType Name="NoYes"><Member Name="No" Value="0"/><Member Name="Yes" Value="1"/></EnumType>
<EntityType Name="Base" Abstract="true"><Key><PropertyRef Name="dataAreaId"/><PropertyRef Name="Number"/></Key>
<Property Name="dataAreaId" Type="Edm.String" Nullable="false"/><Property Name="Number" Type="Edm.String" MaxLength="20"/></EntityType>
<EntityType Name="Thing" BaseType="N.Base"><Property Name="Amount" Type="Edm.Decimal" Scale="variable"/><Property Name="Big" Type="Edm.Int64"/>
<Property Name="Flag" Type="N.NoYes"/><Property Name="ModifiedDateTime" Type="Edm.DateTimeOffset"/><Property Name="Long" Type="Edm.String" MaxLength="max"/>
<Property Name="Lines" Type="Collection(Edm.String)"/><NavigationProperty Name="Owner" Type="N.Base"/></EntityType>`;
const SETS =
  '<EntitySet Name="Things" EntityType="N.Thing"><NavigationPropertyBinding Path="Owner" Target="Bases"/></EntitySet>';

type Source = { text: string; reads: number; now: number; fail?: Error };

function metadataOf(source: Source, chunk = 50): ReturnType<typeof createMetadata> {
  return createMetadata({
    clock: () => new Date(source.now),
    read: async (onText) => {
      source.reads += 1;
      await Promise.resolve();
      if (source.fail !== undefined) throw source.fail;
      for (let at = 0; at < source.text.length; at += chunk) onText(source.text.slice(at, at + chunk));
    },
  });
}

const aSource = (text = document(TYPES, SETS)): Source => ({ text, reads: 0, now: 0 });

describe('createMetadata', () => {
  it('describes keys, types, enumerations and navigation, with what is inherited', async () => {
    const entity = await metadataOf(aSource()).describe('Things', []);

    expect(entity).toMatchObject({
      entityType: 'N.Thing',
      key: ['dataAreaId', 'Number'],
      companyField: 'dataAreaId',
      modifiedField: 'ModifiedDateTime',
      navigation: new Map([['Owner', 'N.Base']]),
    });
    expect(Object.fromEntries([...entity.fields].map(([name, { type }]) => [name, type]))).toEqual({
      dataAreaId: { kind: 'string', maxLength: null },
      Number: { kind: 'string', maxLength: 20 },
      Amount: { kind: 'decimal' },
      Big: { kind: 'integer', bits: 64 },
      Flag: { kind: 'enum', name: 'NoYes', members: ['No', 'Yes'] },
      ModifiedDateTime: { kind: 'dateTime' },
      Long: { kind: 'string', maxLength: null },
      Lines: { kind: 'other', name: 'Collection(Edm.String)' },
    });
  });

  it.each([1, 7, 100_000])('reads the same in pieces of %d characters', async (chunk) => {
    expect((await metadataOf(aSource(), chunk).describe('Things', [])).fields.size).toBe(8);
  });

  it('is read once for all who ask at the same time', async () => {
    const source = aSource();
    const metadata = metadataOf(source);

    await Promise.all(Array.from({ length: 20 }, () => metadata.describe('Things', ['Amount'])));

    expect(source.reads).toBe(1);
  });

  it('is read again for a name it lacks, but not more than once a minute', async () => {
    const source = aSource();
    const metadata = metadataOf(source);
    await metadata.describe('Things', []);
    source.text = document(TYPES.replace('"Amount"', '"Marker"'), SETS);

    await expect(metadata.describe('Things', ['Marker'])).rejects.toMatchObject({
      code: 'FIELD_UNKNOWN',
      field: 'Marker',
    });
    source.now = 61_000;
    const entity = await metadata.describe('Things', ['Marker']);
    await expect(metadata.describe('Nothing', [])).rejects.toMatchObject({ code: 'ENTITY_SET_UNKNOWN' });

    expect(entity.fields.has('Marker')).toBe(true);
    expect(source.reads).toBe(2);
  });

  it('is renewed in the background when it is old, and serves on while that fails', async () => {
    const source = aSource();
    const metadata = metadataOf(source);
    await metadata.describe('Things', []);
    source.now = 2 * 60 * 60_000;
    source.fail = new Error('away');

    await expect(metadata.describe('Things', ['Amount'])).resolves.toMatchObject({ entitySet: 'Things' });

    expect(source.reads).toBe(2);
  });

  it('tries again after a failed first reading', async () => {
    const source: Source = { ...aSource(), fail: new Error('away') };
    const metadata = metadataOf(source);
    await expect(metadata.describe('Things', [])).rejects.toThrow('away');
    delete source.fail;

    await expect(metadata.describe('Things', [])).resolves.toMatchObject({ entitySet: 'Things' });
  });

  it.each([
    ['a login page', '<html><body>Sign in<br></body></html>'],
    ['a broken stream', document(TYPES, SETS).slice(0, 400)],
    ['nothing', ''],
  ])('does not take %s for metadata', async (_what, text) => {
    await expect(metadataOf(aSource(text)).describe('Things', [])).rejects.toMatchObject({
      code: 'DYNAMICS_UNAVAILABLE',
    });
  });

  it('ends where types inherit in a circle', async () => {
    const circle = '<EntityType Name="A" BaseType="N.B"/><EntityType Name="B" BaseType="N.A"/>';
    const source = aSource(document(circle, '<EntitySet Name="As" EntityType="N.A"/>'));

    expect((await metadataOf(source).describe('As', [])).fields.size).toBe(0);
  });
});
