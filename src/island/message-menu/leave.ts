/** Menus in the top layer close when one goes elsewhere. */

/** Closes what is open by a press anywhere else, and by the keys that leave it. */
export function closeByLeaving(menu: HTMLElement, close: () => void, back: { focus(): void }): void {
  const ended = new AbortController();
  const { signal } = ended;
  const press = ({ target }: Event) => {
    if (target instanceof Node && !menu.contains(target)) close();
  };
  document.addEventListener('pointerdown', press, { capture: true, signal });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' && event.key !== 'Tab') return;
    event.preventDefault();
    close();
    back.focus();
  });
  menu.addEventListener('toggle', () => {
    if (menu.matches(':popover-open')) return;
    ended.abort();
    menu.remove();
  });
}
