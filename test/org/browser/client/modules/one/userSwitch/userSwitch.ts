import { LightningElement } from 'lwc';
import { session } from '../../../platform/session.ts';

/** Says who is signed in and lets the person at the screen be somebody else. */
export default class UserSwitch extends LightningElement {
  users = session.users.map((user) => ({
    ...user,
    label: `${user.name} (${user.role})`,
    isChosen: user.username === session.user.username,
  }));

  async handleChange(event: Event): Promise<void> {
    const { value } = event.target as HTMLSelectElement;
    await fetch('/lightning/session', { method: 'POST', body: new URLSearchParams({ username: value }) });
    location.reload();
  }
}
