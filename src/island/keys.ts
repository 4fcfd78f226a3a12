/** Shortcuts of the whole workspace: which key means what. What they open is a part of its own (keys/). */
import { goToConversation } from './group.ts';
import { loadKeys } from './part.ts';

export type Shortcut = 'switch' | 'help' | 'previous' | 'next' | 'previous-unread' | 'next-unread' | 'write';

type Key = Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'isComposing'>;

export interface Where {
  /** The focus is where text is typed. */
  readonly isTyping: boolean;
  /** The focus is in a dialog, a menu or a panel, which have keys of their own. */
  readonly isInside: boolean;
}

/** What a key means there; null for one that is none of ours. No letter alone is a shortcut while somebody types. Pure. */
export function readShortcut(pressed: Key, { isTyping, isInside }: Where): Shortcut | null {
  const { key, altKey, ctrlKey, metaKey, shiftKey, isComposing } = pressed;
  if (isComposing) return null;
  if ((ctrlKey || metaKey) && !altKey && !shiftKey && key.toLowerCase() === 'k') return 'switch';
  if (ctrlKey || metaKey || isInside) return null;
  if (altKey && key === 'ArrowUp') return shiftKey ? 'previous-unread' : 'previous';
  if (altKey && key === 'ArrowDown') return shiftKey ? 'next-unread' : 'next';
  if (altKey || isTyping) return null;
  if (key === '?') return 'help';
  return key === 'Escape' && !shiftKey ? 'write' : null;
}

/** Listens until the page is left. What an element took for itself is not taken again. */
export function watchShortcuts(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return;
    const shortcut = readShortcut(event, whereOf(event));
    if (shortcut === null || (shortcut === 'write' && !write())) return;
    event.preventDefault();
    if (shortcut === 'switch') void loadKeys().then(({ openSwitcher }) => openSwitcher());
    else if (shortcut === 'help') void loadKeys().then(({ openShortcuts }) => openShortcuts());
    else if (shortcut !== 'write') step(shortcut);
  });
}

function whereOf(event: KeyboardEvent): Where {
  const path = event.composedPath().filter((each) => each instanceof HTMLElement);
  const [target] = path;
  return {
    isTyping: target?.isContentEditable === true || target?.matches('input, textarea, select') === true,
    isInside:
      path.some((each) => each.matches('dialog, [popover], [role=menu], [role=listbox]')) ||
      // Escape closes it, wherever the focus is.
      document.querySelector(':popover-open') !== null,
  };
}

/** Back to what is being written; false when there is nothing to write in. */
function write(): boolean {
  const box = document.querySelector<HTMLElement>('sotto-composer');
  box?.focus();
  return box !== null;
}

/** Goes up or down the list as it is shown, to the next one or the next that has something new. It does not go around. */
function step(shortcut: 'previous' | 'next' | 'previous-unread' | 'next-unread'): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-rows] a[data-conversation]')];
  const at = rows.findIndex((row) => row.hasAttribute('aria-current'));
  const isDown = shortcut.startsWith('next');
  const ahead = isDown ? rows.slice(at + 1) : rows.slice(0, Math.max(at, 0)).reverse();
  const isWanted = (row: HTMLElement) => !shortcut.endsWith('unread') || row.classList.contains('unread');
  const row = ahead.find(isWanted);
  if (row) goToConversation(row.dataset.conversation ?? '');
}
