/** Whether the server is about to end. Whoever has something to say goodbye to asks to be told. */
export interface Stopping {
  readonly begun: boolean;
  /** Runs when it begins; at once when it has. */
  onBegin(act: () => void): void;
  begin(): void;
}

export function createStopping(): Stopping {
  const acts: (() => void)[] = [];
  let begun = false;
  return {
    get begun() {
      return begun;
    },
    onBegin(act) {
      if (begun) act();
      else acts.push(act);
    },
    begin() {
      if (begun) return;
      begun = true;
      for (const act of acts.splice(0)) act();
    },
  };
}
