import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexId } from '../../runtime/values/apex-id.ts';
import { strictStatic } from '../arguments.ts';
import { objectOfId } from '../collections/records.ts';
import { platformClass } from '../declare.ts';

export const idClass = platformClass('Id', {
  statics: {
    'Id valueOf(String)': strictStatic((text: string) => ApexId.of(text)),
    'Id valueOf(String, Boolean)': strictStatic((text: string, restoresCase: boolean) => {
      if (restoresCase && text.length !== 18)
        return throwApex('System.StringException', `Invalid id value for case restoration: ${text}`);
      return ApexId.of(text);
    }),
  },
  methods: {
    'Boolean equals(Object)': (self: ApexId, other: unknown) => other !== null && self.equalsValue(other),
    'Schema.SObjectType getSObjectType()': (self: ApexId) =>
      objectOfId(self.value) ?? throwApex('System.SObjectException', `Cannot locate Apex Type for ID: ${self.value}`),
    'String to15()': (self: ApexId) => self.value.slice(0, 15),
  },
});
