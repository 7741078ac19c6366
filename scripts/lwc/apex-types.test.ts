import { describe, expect, it } from '@jest/globals';
import { ApexTypesError, declareApexModules } from './apex-types.ts';

const declare = (text: string): string => declareApexModules([{ path: 'Sample.cls', text }]);

describe('declareApexModules', () => {
  it('declares each @AuraEnabled method with its parameters and answer', () => {
    const modules = declare(
      'public with sharing class Sample { @AuraEnabled(cacheable=true) public static List<Integer> numbers(Id recordId, Boolean isAll) { return null; } }',
    );

    expect(modules).toContain("declare module '@salesforce/apex/Sample.numbers'");
    expect(modules).toContain('ApexMethod<{ recordId: string | null; isAll: boolean | null }, readonly number[]>');
  });

  it('declares the inner classes an answer is made of, fields and properties, once each', () => {
    const modules = declare(`public class Sample {
      public class Row { @AuraEnabled public String name; @AuraEnabled public Decimal total { get; set; } public String hidden; @AuraEnabled public List<Row> parts; }
      @AuraEnabled public static Map<String, Row> rows() { return null; }
      @AuraEnabled public static void nothing() {}
    }`);

    expect(modules).toContain('export type Row = {');
    expect(modules).toContain('readonly name?: string;');
    expect(modules).toContain('readonly total?: number;');
    expect(modules).toContain('readonly parts?: readonly Row[];');
    expect(modules).toContain('Readonly<Record<string, Row>>');
    expect(modules).toContain('ApexMethod<{  }, null>');
    expect(modules).not.toContain('hidden');
  });

  it('leaves out what is not enabled', () => {
    expect(declare('public class Sample { public static void quiet() {} }')).not.toContain('declare module');
  });

  it('names the type it cannot declare', () => {
    const text = 'public class Sample { @AuraEnabled public static Account one() { return null; } }';

    expect(() => declare(text)).toThrow(ApexTypesError);
    expect(() => declare(text)).toThrow('Sample.cls: Account cannot be declared for a component');
  });

  it('names the place of a syntax error', () => {
    expect(() => declare('public class Sample { public void }')).toThrow(/Sample\.cls:1:\d+/);
  });
});
