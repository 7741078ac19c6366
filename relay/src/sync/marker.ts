import { hash } from 'node:crypto';
import { type Unit, unitKey } from './unit.ts';

/**
 * What a create leaves in Dynamics so that it can be found again after a lost answer: `cw-` and 32 hex digits. The same unit has the
 * same marker for ever; it tells nothing about the record to whom it meets.
 */
export function unitMarker(unit: Unit): string {
  const digest = hash('sha256', `${unit.org}/${unitKey(unit)}`, 'hex');
  return `cw-${digest.slice(0, 32)}`;
}
