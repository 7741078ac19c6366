import { describe, expect, test } from '@jest/globals';
import { runTestClass, testClasses } from '../testing/run-tests.ts';
import { createSnippets } from './testing/snippets.ts';

const { org, run } = createSnippets({
  Beast: `public abstract class Beast implements Named {
    protected String name;
    public Beast(String name) { this.name = name; }
    public Beast() { this('nobody'); }
    public abstract Integer legs();
    public virtual String getName() { return name; }
    private String secret() { return 'beast'; }
    public String tell() { return secret() + getName() + legs(); }
    public interface Feature { String show(); }
    public Beast renamed(String name) { this.name = name; return this; }
  }`,
  Named: 'public interface Named { String getName(); }',
  Dog: `public virtual class Dog extends Beast implements Comparable, Beast.Feature {
    public Dog() { super('dog'); }
    public override virtual Integer legs() { return 4; }
    public override virtual String getName() { return '<' + super.getName() + '>'; }
    private String secret() { return 'dog'; }
    public Integer compareTo(Object other) { return getName().compareTo(((Dog) other).getName()); }
    public String show() { return secret(); }
    public override Boolean equals(Object other) { return other instanceof Dog && ((Dog) other).name == name; }
    public override Integer hashCode() { return name.hashCode(); }
    public override String toString() { return 'Dog ' + name; }
  }`,
  Pup: `public class Pup extends Dog implements Iterable<Integer>, Callable {
    public override Integer legs() { return super.legs() - 1; }
    public Iterator<Integer> iterator() { return new List<Integer>{ 1, 2 }.iterator(); }
    public Object call(String action, Map<String, Object> args) { return action + args.size(); }
  }`,
  Overloads: `public class Overloads {
    public static String of(Object o) { return 'Object'; }
    public static String of(String o) { return 'String'; }
    public static String of(Integer o) { return 'Integer'; }
    public static String of(Long o) { return 'Long'; }
    public static String of(Decimal o) { return 'Decimal'; }
    public static String of(SObject o) { return 'SObject'; }
    public static String of(Account o) { return 'Account'; }
    public static String of(List<SObject> o) { return 'List'; }
    public static String of(Map<String, Object> o) { return 'Map'; }
  }`,
  Stubs: `@IsTest private class Stubs implements StubProvider {
    public Object handleMethodCall(Object o, String method, Type returns, List<Type> types, List<String> names, List<Object> args) {
      return method + returns + types + names + args;
    }
    @IsTest static void works() {
      Named stub = (Named) Test.createStub(Named.class, new Stubs());
      System.assertEquals('getNameString()()()', stub.getName());
      List<List<SObject>> found = [FIND 'x' IN ALL FIELDS RETURNING Account(Id)];
      System.assertEquals(0, found[0].size());
    }
  }`,
});

describe('classes', () => {
  test.each([
    ['dispatch by the object, private methods by the class', 'System.debug(new Pup().tell());', ['beast<dog>3']],
    ['builders answer themselves', "System.debug(new Pup().renamed('rex').getName());", ['<rex>']],
    ['interfaces of superclasses count', 'Object o = new Pup(); System.debug(o instanceof Named);', ['true']],
    ['inner interfaces are implemented', 'Beast.Feature f = new Dog(); System.debug(f.show());', ['dog']],
    [
      'their own equals and hashCode decide in sets',
      'System.debug(new Set<Dog>{ new Dog(), new Dog() }.size());',
      ['1'],
    ],
    ['their own toString is used for text', "System.debug('' + new List<Dog>{ new Dog() });", ['(Dog dog)']],
    ['an Apex class is iterated', 'Integer s = 0; for (Integer i : new Pup()) s += i; System.debug(s);', ['3']],
    ['a Callable is called', "Callable c = new Pup(); System.debug(c.call('x', new Map<String, Object>()));", ['x0']],
    [
      'are made by their name',
      "Dog d = (Dog) Type.forName('pup').newInstance(); System.debug(d.legs() + ' ' + Pup.class.getName());",
      ['3 Pup'],
    ],
    [
      'a wrong cast names both types',
      'try { Beast b = new Dog(); Pup p = (Pup) b; } catch (TypeException e) { System.debug(e.getMessage()); }',
      ['Invalid conversion from runtime type Dog to Pup'],
    ],
    [
      'sort by compareTo',
      "List<Dog> l = new List<Dog>{ (Dog) new Dog().renamed('b'), (Dog) new Dog().renamed('a') }; l.sort(); System.debug(l);",
      ['(Dog a, Dog b)'],
    ],
  ])('%s', (_promise, code, expected) => expect(run(code)).toEqual(expected));
});

test('a stub answers for every method of its type, and a search in a test finds what was fixed', () => {
  const everything = { className: null, method: null };
  const [record] = testClasses(org, everything);

  expect(record && runTestClass(org, record, everything).map(({ failure }) => failure)).toEqual([null]);
});

describe('overloads', () => {
  test.each([
    ["'x'", 'String'],
    ['1', 'Integer'],
    ['1L', 'Long'],
    ['1.5', 'Decimal'],
    ["(Object) 'x'", 'Object'],
    ['new Account()', 'Account'],
    ['new Contact()', 'SObject'],
    ['new List<Account>()', 'List'],
    ['new Map<String, Account>()', 'Map'],
    ['Date.today()', 'Object'],
  ])('%s takes the one of %s', (argument, expected) =>
    expect(run(`System.debug(Overloads.of(${argument}));`)).toEqual([expected]),
  );
});
