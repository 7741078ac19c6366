import { describe, expect, test } from '@jest/globals';
import { createSnippets } from './testing/snippets.ts';

const { run } = createSnippets({
  Shelf: `public class Shelf {
    public static final Integer FULL = 3;
    public static Integer opened { get { if (opened == null) { opened = 10; } return opened++; } set; }
    public static String trace = 'a';
    static { trace += 'b'; }
    public static String late = trace + 'c';
    public Integer count;
    { count = 7; }
    public String label { get; private set; }
    public Shelf() { label = 'n' + count; }
    public class Book { public String title = 'inner ' + FULL; }
    public enum Kind { THIN, THICK }
    public static String kindOf(Kind k) { switch on k { when THIN { return 'thin'; } when else { return 'thick'; } } }
  }`,
  Store: `public class Store {
    public virtual class Database {
      public virtual Database.SaveResult save(SObject record) { return System.Database.insert(record, false); }
    }
    public Cache.Partition partition() {
      try { return Cache.Org.getPartition('local.x'); } catch (Cache.Org.OrgCacheException e) { return null; }
    }
  }`,
  Log: `public class Log { public String text; public Log(String text) { this.text = text; } }`,
});

describe('names', () => {
  test.each([
    ['are found in whatever case', 'sHeLf s = NEW shelf(); system.DEBUG(S.LABEL + s.Count);', ['n77']],
    ['inner types see the statics of the outer one', 'System.debug(new Shelf.Book().title);', ['inner 3']],
    ['a class of ours hides one of the platform', "System.debug(new Log('mine').text);", ['mine']],
    [
      'an inner class may have the name of a platform class and use its types',
      'System.debug(new Store.Database().save(new Account()).isSuccess());',
      ['false'],
    ],
    [
      'a platform class stands for its superclass',
      "Cache.Partition p = new Store().partition(); p.put('k', 5); System.debug(p.get('k') + ' ' + p.contains('none'));",
      ['5 false'],
    ],
    ['static values come in the order of the source', 'System.debug(Shelf.late);', ['abc']],
    ['a lazy property keeps its value', 'System.debug(Shelf.opened + Shelf.opened);', ['21']],
    ['an object of a record type knows its SObjectType', 'System.debug(Account.getSObjectType());', ['Account']],
    [
      'a variable of the same name hides its type',
      "Account account = new Account(Name = 'x'); System.debug(account.Name + Account.Name + Account.SObjectType);",
      ['xxAccount'],
    ],
    [
      'a nested platform type has all its parts',
      "Messaging.InboundEmail.Header h = new Messaging.InboundEmail.Header(); h.name = 'n'; System.debug(h.name);",
      ['n'],
    ],
  ])('%s', (_promise, code, expected) => expect(run(code)).toEqual(expected));

  test('statements and declarations of anonymous code run in the order written', () =>
    expect(
      run(`Integer a = 1; System.debug(a); a = 5; Integer b = a + 1; System.debug(b);
        String c = String.valueOf(b); b = 0; System.debug(c);`),
    ).toEqual(['1', '6', '6']));
});

describe('enums', () => {
  test.each([
    ['are read from text in whatever case', "System.debug(Shelf.Kind.valueOf('thick').ordinal());", ['1']],
    ['are listed in their order', 'System.debug(Shelf.Kind.values());', ['(THIN, THICK)']],
    ['are switched on by their bare names', 'System.debug(Shelf.kindOf(Shelf.Kind.THIN));', ['thin']],
    [
      'are keys of maps',
      "System.debug(new Map<Shelf.Kind, String>{ Shelf.Kind.THIN => 'x' }.get(Shelf.Kind.THIN));",
      ['x'],
    ],
    [
      'refuse a name they have not',
      "try { Shelf.Kind.valueOf('no'); } catch (NoSuchElementException e) { System.debug(e.getMessage()); }",
      ['No enum constant Shelf.Kind.no'],
    ],
  ])('%s', (_promise, code, expected) => expect(run(code)).toEqual(expected));
});
