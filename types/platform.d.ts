/** Modules of the Lightning platform that no npm package declares, as far as our components use them. */
declare module '@salesforce/apex' {
  /** An `@AuraEnabled` method: called for its answer, or wired where it is cacheable. */
  export type ApexMethod<Parameters extends Record<string, unknown>, Result> = {
    (parameters: Parameters): Promise<Result>;
    adapter: import('lwc').WireAdapterConstructor<
      { [Name in keyof Parameters]: Parameters[Name] | undefined },
      import('lightning/uiRecordApi').Wired<Result>
    >;
  };
  export function refreshApex(wired: unknown): Promise<void>;
}

declare module 'lightning/uiRecordApi' {
  export type FetchError = {
    readonly status?: number;
    readonly statusText?: string;
    readonly body?: { readonly message?: string };
  };
  export type Wired<Data> = { readonly data?: Data | undefined; readonly error?: FetchError | undefined };
  export type FieldReference = { readonly fieldApiName: string; readonly objectApiName: string };
  export type UiRecord = {
    readonly id: string;
    readonly apiName: string;
    readonly lastModifiedDate?: string;
    readonly fields: Readonly<Record<string, { readonly value: unknown; readonly displayValue: string | null }>>;
  };
  export const getRecord: import('lwc').WireAdapterConstructor<
    {
      recordId: string | undefined;
      fields?: (string | FieldReference)[];
      optionalFields?: (string | FieldReference)[];
    },
    Wired<UiRecord>
  >;
  export function getFieldValue(record: UiRecord | undefined, field: string | FieldReference): unknown;
  export function updateRecord(input: { fields: Record<string, unknown> }): Promise<UiRecord>;
  export function notifyRecordUpdateAvailable(records: { recordId: string }[]): Promise<void>;
}

declare module 'lightning/platformShowToastEvent' {
  export class ShowToastEvent extends CustomEvent<unknown> {
    constructor(toast: {
      title?: string;
      message: string;
      variant?: 'info' | 'success' | 'warning' | 'error';
      mode?: 'dismissible' | 'pester' | 'sticky';
    });
  }
}

declare module 'lightning/empApi' {
  export type PlatformEventMessage = {
    readonly channel: string;
    readonly data: {
      readonly payload: Readonly<Record<string, unknown>>;
      readonly event: { readonly replayId: number };
    };
  };
  export type Subscription = { readonly id: unknown; readonly channel: string };
  export function subscribe(
    channel: string,
    replayId: -1 | -2,
    hear: (message: PlatformEventMessage) => void,
  ): Promise<Subscription>;
  export function unsubscribe(subscription: Subscription, done?: (answer: unknown) => void): Promise<unknown>;
  export function onError(hear: (error: unknown) => void): void;
  export function isEmpEnabled(): Promise<boolean>;
}

declare module 'lightning/navigation' {
  export type PageReference = {
    type: string;
    attributes: Record<string, unknown>;
    state?: Record<string, string | undefined>;
  };
  const Navigate: unique symbol;
  const GenerateUrl: unique symbol;
  type NavigationMethods = {
    [Navigate](page: PageReference, replace?: boolean): void;
    [GenerateUrl](page: PageReference): Promise<string>;
  };
  export const NavigationMixin: {
    <Base extends typeof import('lwc').LightningElement>(
      base: Base,
    ): Base & (new (...parameters: never[]) => NavigationMethods);
    readonly Navigate: typeof Navigate;
    readonly GenerateUrl: typeof GenerateUrl;
  };
}

declare module '@salesforce/schema/*' {
  const reference: { readonly fieldApiName: string; readonly objectApiName: string };
  export default reference;
}

declare module '@salesforce/label/*' {
  const label: string;
  export default label;
}

declare module '@salesforce/customPermission/*' {
  const isGranted: boolean | undefined;
  export default isGranted;
}

declare module '@salesforce/user/Id' {
  const id: string;
  export default id;
}
