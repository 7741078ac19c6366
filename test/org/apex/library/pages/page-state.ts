import { currentExecution } from '../../execution/execution.ts';
import { type DataObject } from '../data/data-class.ts';
import { type PlatformObject } from '../../runtime/values/apex-object.ts';

type PageState = { page: PlatformObject | null; readonly messages: DataObject[] };

const states = new WeakMap<object, PageState>();

/** The page of the running test or transaction and what was said on it. */
export function pageState(): PageState {
  const execution = currentExecution();
  const key = execution.test ?? execution;
  const known = states.get(key) ?? { page: null, messages: [] };
  states.set(key, known);
  return known;
}
