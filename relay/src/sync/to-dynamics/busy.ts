import { fault, type Fault } from '../../errors.ts';

/** The fault of a unit that another run works on. */
export function busy(): Fault {
  return fault('RECORD_BUSY', 'Another run works on this record.', { retryAfterMs: 2_000 });
}
