/** What the streams of a run share. */
export interface Shared extends AsyncDisposable {
  /** The thing of a name, made when it is first asked for. */
  get<T extends object>(name: string, make: () => T): T;
}

/** Keeps things by their names, and lets go of them at the end. */
export function makeShared(): Shared {
  const things = new Map<string, object>();
  return {
    get<T extends object>(name: string, make: () => T): T {
      const known = things.get(name);
      if (known) return known as T;
      const made = make();
      things.set(name, made);
      return made;
    },
    async [Symbol.asyncDispose]() {
      for (const thing of [...things.values()].reverse()) {
        await (thing as Partial<AsyncDisposable>)[Symbol.asyncDispose]?.();
      }
    },
  };
}
