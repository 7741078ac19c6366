import { currentProgram } from '../../program.ts';
import { type ApexType } from '../../types.ts';
import { ApexSObject } from '../../data/apex-sobject.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { ApexSet } from '../../runtime/values/apex-set.ts';
import { ApexTypeToken } from '../../runtime/values/apex-type-token.ts';
import { strictMethods, strictStatic } from '../arguments.ts';
import { objectNamed } from '../collections/records.ts';
import { platformClass } from '../declare.ts';

export const typeClass = platformClass('Type', {
  statics: {
    'Type forName(String)': strictStatic((name: string) => tokenNamed(name)),
    'Type forName(String, String)': (namespace: string | null, name: string | null) =>
      name === null ? null : (tokenNamed(namespace ? `${namespace}.${name}` : name) ?? tokenNamed(name)),
  },
  methods: strictMethods({
    'String getName()': (self: ApexTypeToken) => self.name,
    'Boolean isAssignableFrom(Type)': (self: ApexTypeToken, other: ApexTypeToken) =>
      currentProgram().isAssignable(other.type, self.type),
    'Object newInstance()': (self: ApexTypeToken) => newInstanceOf(self.type),
    'String toString()': (self: ApexTypeToken) => self.name,
  }),
});

/** An empty object of the type, as its constructor without arguments makes it. */
function newInstanceOf(type: ApexType): unknown {
  switch (type.kind) {
    case 'list':
      return new ApexList(type.of);
    case 'set':
      return new ApexSet(type.of);
    case 'map':
      return new ApexMap(type.key, type.value);
    case 'sobject':
      return new ApexSObject(objectNamed(type.name) ?? cannotConstruct(type));
    case 'class':
      return currentProgram().newInstance(type.name);
    default:
      return cannotConstruct(type);
  }
}

function tokenNamed(name: string): ApexTypeToken | null {
  const type = currentProgram().typeNamed(name);
  return type && new ApexTypeToken(type);
}

function cannotConstruct(type: ApexType): never {
  return throwApex('System.TypeException', `Type cannot be constructed: ${new ApexTypeToken(type).name}`);
}
