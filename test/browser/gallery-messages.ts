/** Messages with all that they can carry, drawn by the island's own element. Runs inside the page. */
import type { HistoryMessage } from '../../src/client/engine-types.ts';

/** For `page.evaluate`: stands alone, so everything it needs is inside. */
export async function drawMessages(): Promise<void> {
  if (location.pathname !== '/conversation') return;
  const log = document.querySelector<HTMLElement>('#timeline');
  const template = document.querySelector<HTMLTemplateElement>('template#message');
  if (!log || !template) return;
  const address = '/parts/message.js';
  const part: typeof import('./support/message-module.ts') = await import(address);
  if (!customElements.get('sealed-message')) customElements.define('sealed-message', part.SealedMessage);
  const names = { has: () => true, isSelf: (name: string) => name === 'ada' };
  const at = Date.UTC(2026, 2, 12, 10, 36);
  const message = {
    kind: 'text',
    text: '',
    reason: null,
    editedAt: null,
  } as unknown as HistoryMessage;
  const say = (who: 'MI' | 'AK', time: string, drawn: object, marks: readonly string[] = [], state = '') => {
    const row = document.importNode(template.content, true).firstElementChild;
    if (!(row instanceof HTMLElement)) return row;
    row.dataset.sender = (who === 'MI' ? 'c' : '3').repeat(32);
    row.tabIndex = -1;
    const put = (selector: string, words: string) => {
      const place = row.querySelector(selector);
      if (place) place.textContent = words;
    };
    put('[data-initials]', who);
    put('[data-author]', who === 'MI' ? 'Mina Ito' : 'Ada Kern');
    put('time', time);
    put('[data-status]', state);
    put('[data-timer-left]', '7 days');
    for (const mark of marks) row.querySelector<HTMLElement>(`[data-${mark}]`)?.removeAttribute('hidden');
    log.append(row);
    const words = row.querySelector('sealed-message');
    if (words instanceof part.SealedMessage)
      words.show({
        message,
        author: { name: '', verified: false },
        quote: null,
        reactions: [],
        names,
        cards: null,
        ...drawn,
      });
    return row;
  };
  log.replaceChildren();
  say(
    'MI',
    '10:24',
    {
      message: {
        ...message,
        text: 'Build 2.4 is up on the lab box. @ada could you check the signature before we tell the field team?\n```sh\n$ sotto verify https://chat.harbour.lab\nisland   3f9c…a1  same as this build\nheaders  ok\n```',
      },
      reactions: [
        { emoji: '👍', count: 2, mine: true, names: ['You', 'Ola Berg'] },
        { emoji: '🔏', count: 1, mine: false, names: ['Li Wen'] },
      ],
    },
    ['pinned'],
  )?.toggleAttribute('data-mention', true);
  say('MI', '10:36', {
    message: {
      ...message,
      text: 'Three things:\n- run `bun test`\n- read [the diff](https://lab.example/diff/2.4)\n- not [bank.example](https://elsewhere.example)\n> said before\n~~no~~ *yes*',
      editedAt: at,
    },
  });
  const last = say(
    'AK',
    '10:41',
    {
      message: { ...message, text: 'Checked: **both** signatures hold. Go ahead.' },
      quote: { author: 'Mina Ito', line: 'Build 2.4 is up on the lab box.', known: true },
    },
    ['timer'],
    'Read',
  );
  say('MI', '10:42', { message: { ...message, text: '🎉🚀' } });
  say('MI', '10:43', { message: { ...message, kind: 'deleted', text: 'This message was deleted.' } });
  const jump = document.querySelector<HTMLElement>('[data-jump]');
  if (jump) jump.hidden = false;
  jump?.setAttribute('aria-label', 'Jump to latest, 3 new');
  const count = document.querySelector('[data-jump-count]');
  if (count) count.textContent = '3 new';
  if (!(last instanceof HTMLElement)) return;
  const nothing = () => {};
  const toolbar = new part.Toolbar({ react: nothing, pick: nothing, reply: nothing, more: nothing });
  toolbar.show(last, message);
  last.focus();
}
