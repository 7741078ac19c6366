export const SHOW_TOAST = 'force__showtoast';

export type ToastDetail = {
  readonly title?: string;
  readonly message?: string;
  readonly variant?: string;
  readonly mode?: string;
};

/** Asks the app to show a toast. It has its own name, so that the base components' toasts stay apart. */
export class ShowToastEvent extends CustomEvent<ToastDetail> {
  constructor(detail: ToastDetail) {
    super(SHOW_TOAST, { bubbles: true, composed: true, cancelable: true, detail });
  }
}
