import { type Row } from '../store/values.ts';

/** One committed change: `old` is null for what is new, `new` is null for what is gone. */
export type Change = {
  readonly object: string;
  readonly operation: 'insert' | 'update' | 'delete' | 'undelete' | 'publish';
  readonly id: string;
  readonly old: Row | null;
  readonly new: Row | null;
  readonly userId: string;
};

/** Hears the changes of one transaction, in order, after its commit. */
export type ChangeListener = (changes: readonly Change[]) => void;

export type ChangeLog = {
  readonly add: (change: Change) => void;
  readonly mark: () => number;
  readonly rollbackTo: (mark: number) => void;
  readonly deliver: () => void;
  /** Delivers changes that were committed elsewhere. */
  readonly announce: ChangeListener;
  readonly onChange: (listener: ChangeListener) => () => void;
};

/** Holds what a transaction changed until it commits; what is rolled back is never heard of. */
export function createChangeLog(): ChangeLog {
  let pending: Change[] = [];
  const listeners = new Set<ChangeListener>();
  const announce = (changes: readonly Change[]): void => {
    for (const listener of listeners) hear(listener, changes);
  };
  return {
    add: (change) => void pending.push(change),
    mark: () => pending.length,
    rollbackTo: (mark) => {
      pending = pending.slice(0, mark);
    },
    deliver: () => {
      const changes = pending;
      pending = [];
      if (changes.length > 0) announce(changes);
    },
    announce,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The commit stands whatever a listener does; its error surfaces on its own, loudly, not in the saving caller. */
function hear(listener: ChangeListener, changes: readonly Change[]): void {
  try {
    listener(changes);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
