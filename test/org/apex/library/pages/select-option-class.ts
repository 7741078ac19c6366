import { dataClass, DataObject } from '../data/data-class.ts';
import { platformClass, type PlatformDeclaration } from '../declare.ts';

const accessors = (field: string, type: string) => ({
  [`${type} get${field}()`]: (self: DataObject) => self.get(field),
  [`void set${field}(${type})`]: (self: DataObject, value: unknown) => void self.values.set(field, value),
});

const option = (value: unknown, label: unknown, isDisabled: unknown): DataObject =>
  new DataObject('System.SelectOption', [
    ['Value', value],
    ['Label', label],
    ['Disabled', isDisabled],
    ['EscapeItem', true],
  ]);

/** One choice of a list on a page. */
export const selectOptionClass: PlatformDeclaration = platformClass('SelectOption', {
  constructors: {
    '(String, String)': (value: unknown, label: unknown) => option(value, label, false),
    '(String, String, Boolean)': option,
  },
  methods: {
    ...accessors('Value', 'String'),
    ...accessors('Label', 'String'),
    ...accessors('Disabled', 'Boolean'),
    ...accessors('EscapeItem', 'Boolean'),
  },
});

/** Addresses and places as compound fields give them. */
export const addressClasses: readonly PlatformDeclaration[] = [
  dataClass('Address', {
    fields: {
      street: 'String',
      city: 'String',
      state: 'String',
      stateCode: 'String',
      postalCode: 'String',
      country: 'String',
      countryCode: 'String',
      latitude: 'Double',
      longitude: 'Double',
    },
  }).declaration,
];
