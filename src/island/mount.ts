/** Brings the marks of the page to life (views/README.md), once each, in whole pages and in swapped parts. */

import { openConversationsList } from './conversations-list.ts';
import { openCopy } from './copy.ts';
import { IslandForm } from './form.ts';
import { supportsPasskeys } from './passkey.ts';
import { openReaders } from './readers.ts';
import { takeRegistration } from './register.ts';
import { openPrivacy, openRemoval } from './settings.ts';
import { takeSignIn } from './sign-in.ts';
import { openTimeline } from './timeline.ts';
import { takeRecovery, takeUnlock } from './unlock.ts';
import { openVerify } from './verify.ts';

const FORMS: Readonly<Record<string, (form: IslandForm) => void>> = {
  setup: takeRegistration,
  join: takeRegistration,
  'sign-in': takeSignIn,
  recover: takeRecovery,
  unlock: takeUnlock,
};

const MARKS: readonly (readonly [selector: string, open: (element: HTMLElement) => unknown])[] = [
  ['form[data-island]', openForm],
  ['nav[data-conversations]', openConversationsList],
  ['#timeline', openTimeline],
  ['[data-safety-number]', openVerify],
  ['[data-readers]', openReaders],
  ['button[data-copy]', openCopy],
  ['[data-remove-device]', openRemoval],
  ['[data-privacy]', openPrivacy],
];

const mounted = new WeakSet<Element>();

/** Mounts everything in `root`, itself included, that was not mounted before. */
export function mount(root: Element): void {
  for (const [selector, open] of MARKS) {
    const inside = [...root.querySelectorAll<HTMLElement>(selector)];
    const all = root instanceof HTMLElement && root.matches(selector) ? [root, ...inside] : inside;
    for (const element of all) {
      if (mounted.has(element)) continue;
      mounted.add(element);
      open(element);
    }
  }
}

function openForm(form: HTMLElement): void {
  if (!(form instanceof HTMLFormElement)) return;
  if (!supportsPasskeys()) for (const button of form.querySelectorAll('[data-passkey]')) button.remove();
  FORMS[form.dataset.island ?? '']?.(new IslandForm(form));
}
