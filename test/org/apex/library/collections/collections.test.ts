import { describe, expect, test } from '@jest/globals';
import { createSnippets } from '../apex-snippet.ts';

const run = createSnippets({
  'Money.cls': `public class Money implements Comparable {
    public String code; public Integer amount;
    public Money(String code, Integer amount) { this.code = code; this.amount = amount; }
    public Integer compareTo(Object other) { return amount - ((Money) other).amount; }
    public Boolean equals(Object other) { return other instanceof Money && ((Money) other).code == code; }
    public Integer hashCode() { return code.hashCode(); }
    public class ByCode implements Comparator<Money> {
      public Integer compare(Money a, Money b) { return a.code.compareTo(b.code); }
    }
  }`,
  'Countdown.cls': `public class Countdown implements Iterable<Integer>, Iterator<Integer> {
    private Integer next;
    public Countdown(Integer start) { next = start; }
    public Iterator<Integer> iterator() { return this; }
    public Boolean hasNext() { return next > 0; }
    public Integer next() { return next--; }
  }`,
  'Plain.cls': 'public class Plain {}',
});

describe('List', () => {
  test('adds, inserts, removes, finds', () =>
    expect(
      run(`
        List<String> names = new List<String>{'b', 'a'};
        names.add(1, 'x'); names.addAll(new Set<String>{'c'});
        System.debug(names + ' ' + names.indexOf('c') + ' ' + names.contains('B') + ' ' + names.remove(0) + ' ' + names.size());
        List<String> copy = names.clone(); copy.clear();
        System.debug(names + ' ' + copy.isEmpty() + ' ' + (names == new List<String>{'x', 'a', 'c'}));
      `),
    ).toEqual(['(b, x, a, c) 3 false b 3', '(x, a, c) true true']));

  test.each(['get(2)', 'remove(-1)', "set(5, 'x')", "add(3, 'x')"])('%s beyond the end is a ListException', (call) => {
    const index = /-?\d+/.exec(call)?.[0];
    expect(
      run(`try { new List<String>{'a', 'b'}.${call}; } catch (ListException e) { System.debug(e.getMessage()); }`),
    ).toEqual([`List index out of bounds: ${index}`]);
  });

  test('sorts nulls first, Comparable by itself, with a Comparator as told', () =>
    expect(
      run(`
        List<Integer> numbers = new List<Integer>{3, null, 1}; numbers.sort(); System.debug(numbers);
        List<String> texts = new List<String>{'b', 'B', 'a'}; texts.sort(); System.debug(texts);
        List<Decimal> amounts = new List<Decimal>{2.5, 1.10, 1.1}; amounts.sort(); System.debug(amounts);
        List<Money> all = new List<Money>{ new Money('A', 2), new Money('B', 1) };
        all.sort(); System.debug(all[0].code);
        all.sort(new Money.ByCode()); System.debug(all[0].code);
      `),
    ).toEqual(['(null, 1, 3)', '(B, a, b)', '(1.10, 1.1, 2.5)', 'B', 'A']));

  test('objects that are not Comparable cannot be sorted', () =>
    expect(
      run(
        `try { new List<Plain>{ new Plain(), new Plain() }.sort(); } catch (ListException e) { System.debug(e.getMessage()); }`,
      ),
    ).toEqual(['One or more of the items in this list is not Comparable.']));

  test('deepClone copies the records, without their ids unless told so', () =>
    expect(
      run(`
        List<Account> accounts = new List<Account>{ new Account(Id = '001000000000001AAA', Name = 'a') };
        List<Account> deep = accounts.deepClone(); deep[0].Name = 'b';
        System.debug(accounts[0].Name + deep[0].Name + deep[0].Id + accounts.deepClone(true)[0].Id);
        accounts.clone()[0].Name = 'c'; System.debug(accounts[0].Name + accounts.getSObjectType());
      `),
    ).toEqual(['abnull001000000000001AAA', 'cAccount']));

  test('iterators end with an exception', () =>
    expect(
      run(`
        Iterator<Integer> it = new List<Integer>{1}.iterator();
        System.debug(it.next() + ' ' + it.hasNext());
        try { it.next(); } catch (NoSuchElementException e) { System.debug('over'); }
        System.debug(new List<Integer>(new Countdown(3)));
        System.debug(String.join(new Countdown(2), '+'));
      `),
    ).toEqual(['1 false', 'over', '(3, 2, 1)', '2+1']));
});

describe('Set', () => {
  test('says whether it changed', () =>
    expect(
      run(`
        Set<String> s = new Set<String>{'a', 'b'};
        System.debug(s.add('a') + ' ' + s.add('A') + ' ' + s.remove('x') + ' ' + s.addAll(new List<String>{'a'}));
        System.debug(s.retainAll(new Set<String>{'a', 'A'}) + ' ' + s + ' ' + s.containsAll(new List<String>{'a', 'A'}));
        System.debug(s.removeAll(new Set<String>{'a', 'A'}) + ' ' + s.isEmpty());
        System.debug(new Set<String>{'a', 'b'} == new Set<String>{'b', 'a'});
      `),
    ).toEqual(['false true false false', 'true {a, A} true', 'true true', 'true']));

  test('objects with equals and hashCode are one element', () =>
    expect(
      run(`
        Set<Money> s = new Set<Money>{ new Money('EUR', 1), new Money('EUR', 2), new Money('USD', 1) };
        System.debug(s.size() + ' ' + s.contains(new Money('USD', 9)));
        Set<Plain> plain = new Set<Plain>{ new Plain(), new Plain() }; System.debug(plain.size());
      `),
    ).toEqual(['2 true', '2']));

  test('a loop refuses changes of its set', () =>
    expect(
      run(`
        Set<Integer> s = new Set<Integer>{1, 2};
        try { for (Integer i : s) { s.remove(i); } } catch (Exception e) { System.debug(e.getTypeName() + ' ' + s.size()); }
      `),
    ).toEqual(['System.FinalException 2']));
});

describe('Map', () => {
  test('gives the former value and copies its keys and values', () =>
    expect(
      run(`
        Map<String, Integer> m = new Map<String, Integer>{'a' => 1};
        System.debug(m.put('a', 2) + ' ' + m.put('b', 3) + ' ' + m.get('A') + ' ' + m.containsKey('b'));
        m.keySet().clear(); m.values().clear(); System.debug(m + ' ' + m.remove('a') + ' ' + m.remove('a') + ' ' + m.size());
        Map<String, Integer> copy = new Map<String, Integer>(m); copy.put('c', 4); System.debug(m.size() + ' ' + (m == copy));
        m.putAll(copy); System.debug(m.values());
      `),
    ).toEqual(['1 null null true', '{a=2, b=3} 2 null 1', '1 false', '(3, 4)']));

  test('of records is keyed by their ids and refuses rows without one or twice', () =>
    expect(
      run(`
        Account a = new Account(Id = '001000000000001AAA', Name = 'a');
        Map<Id, Account> m = new Map<Id, Account>(new List<Account>{a});
        System.debug(m.get('001000000000001').Name + ' ' + new Map<String, Account>(new List<Account>{a}).keySet());
        try { new Map<Id, Account>(new List<Account>{a, new Account()}); } catch (ListException e) { System.debug(e.getMessage()); }
        try { new Map<Id, Account>(new List<Account>{a, a}); } catch (ListException e) { System.debug(e.getMessage()); }
      `),
    ).toEqual(['a {001000000000001AAA}', 'Row with null Id at index: 1', 'Row with duplicate Id at index: 1']));

  test('Decimal keys of different scale are two', () =>
    expect(
      run(`System.debug(new Map<Decimal, String>{1.1 => 'a', 1.10 => 'b'}.size()); System.debug(1.1 == 1.10);`),
    ).toEqual(['2', 'true']));
});
