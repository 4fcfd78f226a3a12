/** Messages with all that they can carry, drawn by the island's own element. Runs inside the page. */
import type { HistoryMessage } from '../../src/client/engine-types.ts';

/** For `page.evaluate`: stands alone, so everything it needs is inside. */
export async function drawMessages(): Promise<void> {
  const { pathname } = location;
  if (pathname !== '/conversation' && pathname !== '/conversation-files') return;
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
    files: [],
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
  if (pathname === '/conversation-files') {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 213 });
    const context = canvas.getContext('2d');
    const sky = context?.createLinearGradient(0, 0, 0, 213);
    sky?.addColorStop(0, '#7a9cc0');
    sky?.addColorStop(1, '#e9c9a3');
    if (context && sky) context.fillStyle = sky;
    context?.fillRect(0, 0, 320, 213);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/webp'));
    const picture = new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer());
    const first = new TextEncoder().encode('Masts on Monday.\nBatteries: 12 V, 40 Ah');
    const file = (name: string, type: string, size: number, more: object = {}) => ({
      id: name,
      name,
      type,
      size,
      version: 1,
      previewType: '',
      preview: null,
      width: null,
      height: null,
      duration: null,
      expiresAt: null,
      ...more,
    });
    const seen = { previewType: 'image/webp', preview: picture, width: 1200, height: 800 };
    const files = (text: string, ...all: readonly object[]) => ({
      message: { ...message, text, files: all },
      cards: part.drawCards,
    });
    say('MI', '10:24', files('The harbour this morning.', file('harbour.png', 'image/png', 1_124_954, seen)));
    say(
      'AK',
      '10:31',
      files(
        'And the rest.',
        file('crane.jpg', 'image/jpeg', 625_811, seen),
        file('tour.webm', 'video/webm', 18_400_000, { ...seen, duration: 65_000 }),
        file('harbour-2.png', 'image/png', 1_124_954, seen),
      ),
      [],
      'Read',
    );
    say(
      'MI',
      '10:36',
      files(
        '',
        file('notes.txt', 'text/plain', 1600, { previewType: 'text/plain', preview: first, version: 3 }),
        file('interview.mp3', 'audio/mpeg', 4_200_000, { duration: 185_000 }),
        file('Release plan, second quarter, as agreed (final).pdf', 'application/pdf', 88_000),
        file('firmware-2.4.bin', '', 3_145_805),
        file('last-year.zip', '', 912_000, { expiresAt: 1 }),
      ),
    );
    return;
  }
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
