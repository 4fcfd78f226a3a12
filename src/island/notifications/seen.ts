/** Whether the person looks at Sotto, in whichever tab. Each tab that is in front says so by a shared lock. */
const LOCK = 'sotto-seen';

/** Holds the lock while this tab is in front. */
export function holdWhileSeen(): void {
  let release: (() => void) | null = null;
  const update = () => {
    const isSeen = document.visibilityState === 'visible' && document.hasFocus();
    if (isSeen === (release !== null)) return;
    if (release) {
      release();
      release = null;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    release = resolve;
    void navigator.locks.request(LOCK, { mode: 'shared' }, () => promise);
  };
  document.addEventListener('visibilitychange', update);
  addEventListener('focus', update);
  addEventListener('blur', update);
  update();
}

export async function isSeen(): Promise<boolean> {
  const { held } = await navigator.locks.query();
  return (held ?? []).some(({ name }) => name === LOCK);
}
