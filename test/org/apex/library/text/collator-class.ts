import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { platformClass } from '../declare.ts';
import { userLocale } from '../session-locale.ts';

/** A System.Collator: text in the order of the user's language. */
class ApexCollator extends PlatformObject {
  static override readonly apexName = 'System.Collator';

  readonly #collator = new Intl.Collator(userLocale().replaceAll('_', '-'));

  compare(a: string | null, b: string | null): number {
    if (a === null || b === null) return Number(a !== null) - Number(b !== null);
    return this.#collator.compare(a, b);
  }
}

export const collatorClass = platformClass('Collator', {
  implements: ['Comparator<String>'],
  statics: { 'Collator getInstance()': () => new ApexCollator() },
  methods: {
    'Integer compare(String, String)': (self: ApexCollator, a: string | null, b: string | null) => self.compare(a, b),
  },
});
