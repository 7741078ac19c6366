import { LightningElement } from 'lwc';
import Toast from 'lightning/toast';
import { currentPage, goTo, LOCATION_CHANGED } from '../../../platform/navigation.ts';
import { everythingChanged } from '../../../platform/record-changes.ts';
import { REFRESH } from '../../../platform/refresh.ts';
import { session } from '../../../platform/session.ts';
import { SHOW_TOAST, type ToastDetail } from '../../../platform/toast-event.ts';

/** The whole window: global header, app navigation, and the page that the address names. */
export default class App extends LightningElement {
  page = currentPage();
  app = session.app;

  connectedCallback(): void {
    const turn = (): void => {
      this.page = currentPage();
    };
    globalThis.addEventListener('popstate', turn);
    globalThis.addEventListener(LOCATION_CHANGED, turn);
    this.template?.addEventListener(SHOW_TOAST, (event) => showToast((event as CustomEvent<ToastDetail>).detail));
    this.template?.addEventListener(REFRESH, everythingChanged);
  }

  get tabs() {
    return session.tabs.map((tab) => {
      const isHere = this.recordId?.startsWith(tab.keyPrefix) ?? tab.objectName === this.listObject;
      return {
        ...tab,
        address: `/lightning/o/${tab.objectName}/list`,
        current: isHere ? 'page' : undefined,
        itemClass: `slds-context-bar__item${isHere ? ' slds-is-active' : ''}`,
      };
    });
  }

  get recordId(): string | undefined {
    return this.page.type === 'standard__recordPage' ? String(this.page.attributes['recordId']) : undefined;
  }

  get listObject(): string | undefined {
    return this.recordId === undefined ? String(this.page.attributes['objectApiName']) : undefined;
  }

  /** Links of the app turn the page instead of loading it. */
  handleClick(event: MouseEvent): void {
    const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
    const address = link?.getAttribute('href') ?? '';
    if (!address.startsWith('/lightning/') || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    goTo(address);
  }
}

function showToast({ title, message, variant = 'info', mode = 'dismissible' }: ToastDetail): void {
  const label = title ?? message ?? '';
  Toast.show({
    label,
    ...(title === undefined ? {} : { message }),
    variant,
    mode: mode === 'pester' ? 'dismissible' : mode,
  });
}
