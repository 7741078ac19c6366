import { type LineTable } from './emit.ts';

/** One line of an Apex stack trace. */
export type ApexFrame = {
  /** `Class.Outer.Inner.method`, `Trigger.OrderTrigger`, `AnonymousBlock`. */
  readonly place: string;
  readonly line: number;
};

const tables = new Map<string, LineTable>();

/** Where compiled code begins in the file that the engine sees; two lines of its own precede it. */
const HEADER_LINES = 2;

/** Makes the lines of a compiled file known; answers the name under which the engine must see it. */
export function registerLines(unit: string, table: LineTable): string {
  const url = `apex:${tables.size}:${unit}`;
  tables.set(url, table);
  return url;
}

const FRAME_LIMIT = 300;

/** The Apex frames of the current JavaScript stack, innermost first. */
export function apexFrames(): ApexFrame[] {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = FRAME_LIMIT;
  const { stack = '' } = new Error('frames');
  Error.stackTraceLimit = before;
  return [...stack.matchAll(/(?<url>apex:\d+:[^\s:()]+):(?<line>\d+):\d+/g)].flatMap(({ groups }) => {
    const table = tables.get(groups?.['url'] ?? '');
    const entry = table?.lines[Number(groups?.['line']) - 1 - HEADER_LINES];
    const place = entry && table.places[entry[1]];
    return entry && place !== undefined ? [{ place, line: entry[0] }] : [];
  });
}

/** `Class.OrderRollup.run: line 12, column 1`. */
export function frameText({ place, line }: ApexFrame): string {
  return `${place}: line ${line}, column 1`;
}
