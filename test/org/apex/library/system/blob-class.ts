import { ApexBlob } from '../../runtime/values/apex-blob.ts';
import { strictStatic } from '../arguments.ts';
import { platformClass } from '../declare.ts';

export const blobClass = platformClass('Blob', {
  statics: { 'Blob valueOf(String)': strictStatic((text: string) => ApexBlob.ofText(text)) },
  methods: {
    'Integer size()': (self: ApexBlob) => self.bytes.length,
    'String toString()': (self: ApexBlob) => self.text(),
  },
});
