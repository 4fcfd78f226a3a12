/** Keys of a menu: arrows go around, Home and End to its ends, a letter to the next item that begins with it. */
export function moveIn(menu: HTMLElement, event: KeyboardEvent): void {
  const items = [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const at = items.findIndex((item) => item.matches(':focus'));
  const next = nextOf(event.key, items, at);
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
}

function nextOf(key: string, items: readonly HTMLElement[], at: number): HTMLElement | undefined {
  const ahead = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  if (key === 'ArrowDown' || key === 'ArrowRight') return ahead[0];
  if (key === 'ArrowUp' || key === 'ArrowLeft') return items.at(at <= 0 ? -1 : at - 1);
  if (key === 'Home') return items[0];
  if (key === 'End') return items.at(-1);
  if (key.length !== 1 || key === ' ') return undefined;
  return ahead.find((item) => item.textContent?.toLowerCase().startsWith(key.toLowerCase()));
}
