/** What a key means in the box. Pure. */
import type { Format } from './formatting/wrap.ts';

export type KeyMeaning =
  | { readonly does: 'send' }
  /** Leaves the answer or the change that is under way. */
  | { readonly does: 'leave' }
  /** Changes the last message of one's own. */
  | { readonly does: 'edit-last' }
  | { readonly does: 'format'; readonly format: Format };

type Key = Pick<
  KeyboardEvent,
  'key' | 'code' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing'
>;

export interface Box {
  readonly isEmpty: boolean;
  /** Enter makes a new line; then Enter with Ctrl or Cmd sends. */
  readonly enterIsNewline: boolean;
}

const WITH_CONTROL: Readonly<Record<string, Format>> = { KeyB: 'bold', KeyI: 'italic' };
const WITH_SHIFT_TOO: Readonly<Record<string, Format>> = {
  KeyC: 'code',
  KeyX: 'strike',
  KeyU: 'link',
  Digit7: 'numbers',
  Digit8: 'bullets',
  Digit9: 'quote',
};

/** Null for a key that is the box's own business. */
export function readKey(key: Key, { isEmpty, enterIsNewline }: Box): KeyMeaning | null {
  if (key.isComposing || key.altKey) return null;
  const control = key.ctrlKey || key.metaKey;
  if (key.key === 'Enter' && !key.shiftKey) return control || !enterIsNewline ? { does: 'send' } : null;
  if (control) {
    const format = (key.shiftKey ? WITH_SHIFT_TOO : WITH_CONTROL)[key.code];
    return format ? { does: 'format', format } : null;
  }
  if (key.shiftKey) return null;
  if (key.key === 'Escape') return { does: 'leave' };
  return key.key === 'ArrowUp' && isEmpty ? { does: 'edit-last' } : null;
}
