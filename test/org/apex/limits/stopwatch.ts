/** Measures time that counts; parts of the work can be left out, and parts of those taken in again. */
export type Stopwatch = {
  readonly elapsed: () => number;
  /** Runs the work with the watch going or standing, and then as it was before. */
  readonly during: <T>(isGoing: boolean, work: () => T) => T;
};

/** A watch over a clock in milliseconds. */
export function createStopwatch(clock: () => number, isGoing: boolean): Stopwatch {
  let counted = 0;
  let since = isGoing ? clock() : null;
  const turn = (isOn: boolean): void => {
    if (isOn === (since !== null)) return;
    const now = clock();
    if (since !== null) counted += now - since;
    since = isOn ? now : null;
  };
  return {
    elapsed: () => Math.floor(counted + (since === null ? 0 : clock() - since)),
    during: (isOn, work) => {
      const wasOn = since !== null;
      turn(isOn);
      try {
        return work();
      } finally {
        turn(wasOn);
      }
    },
  };
}
