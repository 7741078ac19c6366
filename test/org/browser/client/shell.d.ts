/** The components that pages may name, gathered when the script is built. */
declare module 'shell/components' {
  import type { LightningElement } from 'lwc';

  export const components: Readonly<Record<string, typeof LightningElement>>;
}

declare module 'one/app' {
  import type { LightningElement } from 'lwc';

  const App: typeof LightningElement;
  export { App as default };
}

declare module 'lightning/toast' {
  const Toast: {
    show(toast: { label: string; message?: string; variant: string; mode: string }): void;
  };
  export { Toast as default };
}
