import { describe, expect, test } from '@jest/globals';
import { createSnippets } from '../apex-snippet.ts';

const run = createSnippets({
  'Invoice.cls': `public class Invoice {
    public String no; public Decimal total; public transient String secret = 's';
    public List<Line> lines = new List<Line>();
    public Map<String, Date> dates; public State status; public Id accountId; private Integer count { get; set; }
    public Invoice() { no = 'from the constructor'; }
    public virtual class Line { public Integer qty; public Boolean open; }
    public class Extra extends Line { public String note; }
    public class Anything { public Object value; }
    public enum State { DRAFT, POSTED }
  }`,
});

const failure = (statement: string): string =>
  run(`try { ${statement} } catch (JSONException e) { System.debug(e.getMessage()); }`)[0] ?? 'nothing';
const typed = (json: string, type = 'Invoice'): string => `JSON.deserialize('${json}', ${type}.class);`;

describe('JSON.serialize', () => {
  test('keeps the digits of numbers and writes dates as ISO', () =>
    expect(
      run(`
        System.debug(JSON.serialize(new List<Object>{ 1, 2L, 1.50, 2.0d, true, null, 'a"é</b>\\n' }));
        System.debug(JSON.serialize(new List<Object>{ Date.newInstance(2026, 1, 2), Datetime.newInstanceGmt(2026, 1, 2, 3, 4, 5), Time.newInstance(1, 2, 3, 4) }));
        System.debug(JSON.serialize(new List<Object>{ Blob.valueOf('ab'), Invoice.State.POSTED, (Id) '001000000000001' }));
        System.debug(JSON.serialize(new Map<Integer, Set<String>>{ 1 => new Set<String>{'x'} }));
      `),
    ).toEqual([
      '[1,2,1.50,2.0,true,null,"a\\"é</b>\\n"]',
      '["2026-01-02","2026-01-02T03:04:05.000Z","01:02:03.004Z"]',
      '["YWI=","POSTED","001000000000001AAA"]',
      '{"1":["x"]}',
    ]));

  test('objects show their fields as declared, without transient ones, and on request without nulls', () =>
    expect(
      run(`
        Invoice i = new Invoice(); i.total = 10.00;
        Invoice.Extra line = new Invoice.Extra(); line.qty = 2; line.note = 'n'; i.lines.add(line);
        System.debug(JSON.serialize(i));
        System.debug(JSON.serialize(i, true));
      `),
    ).toEqual([
      '{"no":"from the constructor","total":10.00,"lines":[{"qty":2,"open":null,"note":"n"}],"dates":null,"status":null,"accountId":null,"count":null}',
      '{"no":"from the constructor","total":10.00,"lines":[{"qty":2,"note":"n"}]}',
    ]));

  test('pretty', () =>
    expect(
      run(
        `System.debug(JSON.serializePretty(new Map<String, Object>{ 'a' => 1, 'b' => new List<Object>{ 1, new Map<String, Object>{ 'c' => null } }, 'd' => new List<String>() }));`,
      ),
    ).toEqual(['{\n  "a" : 1,\n  "b" : [ 1, {\n    "c" : null\n  } ],\n  "d" : [ ]\n}']));

  test('records carry their type, and their parents inside', () =>
    expect(
      run(`
        Contact c = new Contact(LastName = 'L', Account = new Account(Name = 'A'));
        System.debug(JSON.serialize(c));
        System.debug(JSON.serialize(new Account(Id = '001000000000001AAA')));
      `),
    ).toEqual([
      '{"attributes":{"type":"Contact"},"LastName":"L","Account":{"attributes":{"type":"Account"},"Name":"A"}}',
      '{"attributes":{"type":"Account","url":"/services/data/v66.0/sobjects/Account/001000000000001AAA"},"Id":"001000000000001AAA"}',
    ]));

  test('what has no JSON is refused by its type', () => {
    expect(failure(`JSON.serialize(Pattern.compile('a'));`)).toBe('Apex Type unsupported in JSON: System.Pattern');
    expect(failure('List<Object> l = new List<Object>(); l.add(l); JSON.serialize(l);')).toMatch(/cycle/);
  });
});

describe('JSON.deserialize', () => {
  test('fills classes, lists, maps, enums and ids without running a constructor', () =>
    expect(
      run(`
        Invoice i = (Invoice) JSON.deserialize('{"NO":"7","total":1.50,"secret":"x","extra":[1,{"a":2}],' +
          '"lines":[{"qty":3,"open":true}],"dates":{"due":"2026-11-23"},"status":"posted","accountId":"001000000000001","count":4}', Invoice.class);
        System.debug(i.no + ' ' + i.total + ' ' + i.secret + ' ' + i.lines[0].qty + i.lines[0].open + ' ' + i.dates.get('due').day() + ' ' + i.status + ' ' + i.accountId);
        Invoice empty = (Invoice) JSON.deserialize('{}', Invoice.class);
        System.debug(empty.no + ' ' + empty.lines);
        List<Decimal> amounts = (List<Decimal>) JSON.deserialize('[1, 2.50, 1e3, null]', List<Decimal>.class);
        System.debug(amounts);
        System.debug(((Datetime) JSON.deserialize('"2026-11-23T10:00:00.000+02:00"', Datetime.class)).formatGmt('HH:mm'));
        System.debug(JSON.deserialize('"text"', String.class) + ' ' + JSON.deserialize('{"a":1}', Map<String, Long>.class));
      `),
    ).toEqual([
      '7 1.50 null 3true 23 POSTED 001000000000001AAA',
      'null null',
      '(1, 2.50, 1E+3, null)',
      '08:00',
      'text {a=1}',
    ]));

  test.each([
    [typed('{"total":"abc"}'), 'Illegal value for primitive'],
    [typed('{"lines":{}}'), "Malformed JSON: Expected '[' at the beginning of List/Set"],
    [typed('[]'), "Malformed JSON: Expected '{' at the beginning of object"],
    [typed('{"lines":[{"qty":3000000000}]}'), 'Numeric value (3000000000) out of range of int'],
    [typed('{"value":1}', 'Invoice.Anything'), 'Apex Type unsupported in JSON: Object'],
    [`JSON.deserializeStrict('{"nope":1}', Invoice.class);`, 'Unknown field: Invoice.nope'],
    [typed('{"Nope":1}', 'Account'), "No such column 'Nope' on sobject of type Account"],
  ])('%s is refused', (statement, message) => expect(failure(statement)).toBe(message));

  test('records read their fields, parents and children', () =>
    expect(
      run(`
        Account a = (Account) JSON.deserialize('{"attributes":{"type":"Account"},"name":"A","Contacts":{"records":[{"LastName":"L","Account":{"Name":"P"}}]}}', Account.class);
        System.debug(a.Name + a.Contacts[0].LastName + a.Contacts[0].Account.Name);
        SObject generic = (SObject) JSON.deserialize('{"attributes":{"type":"Contact"},"LastName":"G"}', SObject.class);
        System.debug(generic.getSObjectType() + ' ' + generic.get('LastName'));
      `),
    ).toEqual(['ALP', 'Contact G']));

  test('a record survives the way there and back', () =>
    expect(
      run(`
        Opportunity o = new Opportunity(Name = 'O', CloseDate = Date.newInstance(2026, 1, 2), Amount = 12.50);
        System.debug(o == (Opportunity) JSON.deserialize(JSON.serialize(o), Opportunity.class));
      `),
    ).toEqual(['true']));
});

describe('JSON.deserializeUntyped', () => {
  test('chooses Integer, Long or Decimal and keeps the order of names', () =>
    expect(
      run(`
        Map<String, Object> m = (Map<String, Object>) JSON.deserializeUntyped('{"z":1,"a":5000000000,"d":1.10,"n":null,"l":[true,"x"]}');
        System.debug(m);
        System.debug((m.get('z') instanceof Integer) + ' ' + (m.get('a') instanceof Long) + ' ' + (m.get('d') instanceof Decimal) + ' ' + (m.get('l') instanceof List<Object>));
      `),
    ).toEqual(['{z=1, a=5000000000, d=1.10, n=null, l=(true, x)}', 'true true true true']));

  test.each([
    [
      '<html>',
      "Unexpected character ('<' (code 60)): expected a valid value (number, String, array, object, 'true', 'false' or 'null') at input location [1,2]",
    ],
    ['{"a":1', 'Unexpected end-of-input: expected close marker for OBJECT at input location [1,8]'],
    [
      '{a:1}',
      "Unexpected character ('a' (code 97)): was expecting double-quote to start field name at input location [1,3]",
    ],
    ['', 'No content to map to Object due to end of input at input location [1,2]'],
    [
      '[1,]',
      "Unexpected character (']' (code 93)): expected a valid value (number, String, array, object, 'true', 'false' or 'null') at input location [1,5]",
    ],
    ['nope', "Unrecognized token 'nope': was expecting 'null', 'true', 'false' or NaN at input location [1,6]"],
  ])('%j says where it breaks', (json, message) =>
    expect(failure(`JSON.deserializeUntyped('${json}');`)).toBe(message),
  );
});

describe('JSONGenerator and JSONParser', () => {
  test('writes piece by piece', () =>
    expect(
      run(`
        JSONGenerator g = JSON.createGenerator(false);
        g.writeStartObject(); g.writeStringField('s', 'x'); g.writeNumberField('n', 1.50); g.writeNullField('e');
        g.writeFieldName('a'); g.writeStartArray(); g.writeNumber(1); g.writeObject(new Map<String, Object>{'k' => 'v'}); g.writeEndArray();
        g.writeDateField('d', Date.newInstance(2026, 1, 2)); g.writeIdField('i', '001000000000001AAA'); g.writeEndObject(); g.close();
        System.debug(g.getAsString());
        try { g.writeNull(); } catch (JSONException e) { System.debug(e.getMessage()); }
        try { JSON.createGenerator(true).writeEndObject(); } catch (JSONException e) { System.debug(e.getMessage()); }
      `),
    ).toEqual([
      '{"s":"x","n":1.50,"e":null,"a":[1,{"k":"v"}],"d":"2026-01-02","i":"001000000000001AAA"}',
      'The JSON generator is closed',
      'Current context not an object but root',
    ]));

  test('walks through tokens and reads whole values', () =>
    expect(
      run(`
        JSONParser p = JSON.createParser('{"skip":{"a":[1,2]},"lines":[{"qty":1},{"qty":2}],"price":1.5}');
        List<Object> seen = new List<Object>();
        while (p.nextToken() != null) {
          if (p.getCurrentToken() == JSONToken.FIELD_NAME && p.getText() == 'skip') { p.nextToken(); p.skipChildren(); }
          else if (p.getCurrentToken() == JSONToken.START_OBJECT && p.getCurrentName() == null) {
            p.clearCurrentToken(); seen.add(p.hasCurrentToken());
          } else if (p.getCurrentToken() == JSONToken.FIELD_NAME && p.getText() == 'lines') {
            p.nextToken(); List<Invoice.Line> lines = (List<Invoice.Line>) p.readValueAs(List<Invoice.Line>.class); seen.add(lines.size());
          } else if (p.getCurrentToken() == JSONToken.VALUE_NUMBER_FLOAT) { seen.add(p.getDecimalValue()); seen.add(p.getCurrentName()); }
        }
        System.debug(seen);
      `),
    ).toEqual(['(false, 2, 1.5, price)']));
});
