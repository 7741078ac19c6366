import type { LightningElement } from 'lwc';

export type PageReference = {
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
};

const Navigate = Symbol('Navigate');
const GenerateUrl = Symbol('GenerateUrl');
export const LOCATION_CHANGED = 'shell:location';

/** The address of a page; what the local org has no page for is refused by name. */
export function addressOf({ type, attributes }: PageReference): string {
  const text = (name: string): string => String(attributes[name]);
  if (type === 'standard__recordPage') return `/lightning/r/${text('recordId')}/view`;
  if (type === 'standard__objectPage') return `/lightning/o/${text('objectApiName')}/list`;
  if (type === 'standard__webPage') return text('url');
  throw new Error(`The local org does not know pages of the type ${type}.`);
}

/** Goes to an address of the app without loading it anew. */
export function goTo(address: string, isReplacing = false): void {
  if (isReplacing) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  globalThis.dispatchEvent(new Event(LOCATION_CHANGED));
}

type Constructor = new (...parameters: never[]) => LightningElement;

function withNavigation(base: Constructor) {
  const Base = base as unknown as typeof LightningElement;
  return class extends Base {
    [Navigate](page: PageReference, isReplacing?: boolean): void {
      if (page.type === 'standard__webPage') globalThis.open(addressOf(page), '_blank', 'noopener');
      else goTo(addressOf(page), isReplacing);
    }

    [GenerateUrl](page: PageReference): Promise<string> {
      return Promise.resolve(addressOf(page));
    }
  };
}

export const NavigationMixin = Object.assign(withNavigation, { Navigate, GenerateUrl });

/** `@wire(CurrentPageReference)`: the page that is shown. */
export class CurrentPageReference {
  emit: (page: PageReference) => void;
  hear = (): void => this.emit(currentPage());

  constructor(emit: (page: PageReference) => void) {
    this.emit = emit;
  }

  connect(): void {
    globalThis.addEventListener(LOCATION_CHANGED, this.hear);
    this.hear();
  }

  update(): void {}

  disconnect(): void {
    globalThis.removeEventListener(LOCATION_CHANGED, this.hear);
  }
}

/** The page the address bar names. */
export function currentPage(): PageReference {
  const [, , kind = '', name = ''] = location.pathname.split('/');
  if (kind === 'r') return { type: 'standard__recordPage', attributes: { recordId: name, actionName: 'view' } };
  return { type: 'standard__objectPage', attributes: { objectApiName: name, actionName: 'list' } };
}
