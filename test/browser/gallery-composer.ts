/** The composer in each of its states. Runs inside the page. */

/** For `page.evaluate`: stands alone, so everything it needs is inside. */
export async function drawComposer(): Promise<void> {
  const host = document.querySelector<HTMLElement>('sotto-composer');
  if (!host) return;
  const name = location.pathname.slice(1);
  const address = '/parts/composer.js';
  const part: typeof import('./support/composer-module.ts') = await import(address);
  const kept = new Map([['emoji/recent', '👍 🎉 🚀 ❤️ 👋']]);
  part.keepIn({
    get: async (_store, key) => new TextEncoder().encode(kept.get(key) ?? ''),
    list: async () => [],
    commit: async () => {},
    exclusive: (operation) => operation(),
    close: async () => {},
  });
  const box = new part.ComposerBox();
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(part.STYLE);
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [sheet];
  root.replaceChildren(...box.elements);
  if (!customElements.get('sotto-composer'))
    customElements.define('sotto-composer', class extends HTMLElement {});
  box.text.placeholder = 'Message Mina Ito';
  box.showSealed('Sealed for 2 people, 4 devices');
  const write = (text: string) => {
    box.text.value = text;
    box.grow();
    box.text.focus();
    box.text.setSelectionRange(text.length, text.length);
  };
  if (name === 'composer-answer') {
    box.showHeading({
      kind: 'reply',
      title: 'Answering Mina Ito',
      excerpt: 'Photo from the new mast is in the shared folder. The signal is much better than last week.',
    });
    box.showTimer('Disappears after 1 week');
    write('Good to hear.\nThen the field team can have it **on Friday**, and I write the note.');
  }
  if (name === 'composer-names') {
    write('Could @');
    part.attachCompletion(box.text, root, async () => [
      { username: 'mina', name: 'Mina Ito' },
      { username: 'ola', name: 'Ola Berg' },
      { username: 'wilhelmina.k', name: 'Wilhelmina Konstantinopoulou-Papadimitriou' },
    ]);
    while (!root.querySelector('[role=option]')) await new Promise(requestAnimationFrame);
  }
  if (name === 'composer-long') {
    write(Array.from({ length: 40 }, (_, line) => `${line + 1}. of a long story`).join('\n'));
    box.showRoom('Room for 1,024 more bytes.');
    box.showSealed('Offline: what you send waits here, sealed, and goes out by itself.', 'offline');
    box.complain('This message is longer than 63 KiB. Send it in two parts.');
  }
  if (name === 'composer-emoji') {
    part.openEmojiPicker(box.emoji, () => {});
    const drawn = () =>
      [...document.body.children].some((each) => each.shadowRoot?.querySelector('[role=gridcell]'));
    while (!drawn()) await new Promise(requestAnimationFrame);
  }
  if (name === 'composer-formatting') part.toggleFormattingHelp(box.format);
}
