export const REFRESH = 'lightning__refresh';

/** Asks the page to read everything it shows again. */
export class RefreshEvent extends CustomEvent<undefined> {
  constructor() {
    super(REFRESH, { bubbles: true, composed: true });
  }
}
