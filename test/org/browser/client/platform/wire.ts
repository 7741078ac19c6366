export type WireValue<Data> = { readonly data: Data | undefined; readonly error: unknown };
type Emit<Data> = (value: WireValue<Data>) => void;

/** What an adapter reads for one configuration, and how it hears that the answer changed. */
export type WireSource<Config, Data> = {
  /** Whether every required parameter has a value; a wire waits until then. */
  readonly isReady: (config: Config) => boolean;
  readonly read: (config: Config) => Promise<Data>;
  readonly watch: (config: Config, again: () => void) => () => void;
};

const refreshers = new WeakMap<object, () => Promise<void>>();

/** Asks again for what a wire gave; the promise ends when the new answer is there. */
export async function refreshWire(wired: unknown): Promise<void> {
  if (typeof wired === 'object' && wired !== null) await refreshers.get(wired)?.();
}

/** A wire adapter over an asynchronous source. */
export function wireAdapter<Config extends object, Data>(source: WireSource<Config, Data>) {
  return class Adapter {
    emit: Emit<Data>;
    config: Config | undefined;
    asked = '';
    isConnected = false;
    unwatch: (() => void) | undefined;
    turn = 0;

    constructor(emit: Emit<Data>) {
      this.emit = emit;
      emit({ data: undefined, error: undefined });
    }

    connect(): void {
      this.isConnected = true;
      this.start();
    }

    disconnect(): void {
      this.isConnected = false;
      this.asked = '';
      this.unwatch?.();
      this.unwatch = undefined;
    }

    update(config: Config): void {
      this.config = config;
      this.start();
    }

    start(): void {
      const { config } = this;
      if (!this.isConnected || config === undefined || !source.isReady(config)) return;
      const asked = JSON.stringify(config);
      if (asked === this.asked) return;
      this.asked = asked;
      this.unwatch?.();
      this.unwatch = source.watch(config, () => void this.load(config));
      void this.load(config);
    }

    /** An answer that a later question has overtaken is dropped. */
    async load(config: Config): Promise<void> {
      const turn = ++this.turn;
      const value = await answerOf(source, config);
      if (turn !== this.turn || !this.isConnected) return;
      refreshers.set(value, () => this.load(config));
      this.emit(value);
    }
  };
}

async function answerOf<Config, Data>(source: WireSource<Config, Data>, config: Config): Promise<WireValue<Data>> {
  try {
    return { data: await source.read(config), error: undefined };
  } catch (error) {
    return { data: undefined, error };
  }
}
