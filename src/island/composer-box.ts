/** What the composer is made of, and how it looks in each state. Knows no engine: who owns it says what to show. */
import { t } from '../contract/words.ts';
import { draw } from './draw.ts';

/** What is answered or changed: a line above the box. */
export interface Heading {
  readonly kind: 'reply' | 'edit';
  /** Such as "Answering Mina Ito". */
  readonly title: string;
  /** The first words of the message. */
  readonly excerpt: string;
}

export class ComposerBox {
  readonly text = draw('textarea', { rows: '1', 'aria-label': t('Message'), 'aria-describedby': 'about' });
  readonly attach = iconButton('clip', t('Attach files'));
  readonly emoji = iconButton('smile', t('Emoji'));
  readonly format = iconButton('format', t('Formatting help'));
  /** Files that go with the message; drawn by whoever holds them. */
  readonly tray = draw('div', { class: 'tray', hidden: true });
  readonly leave = iconButton('close', t('Cancel'));
  readonly send = draw('button', { type: 'submit', class: 'send' }, draw('span', {}, t('Send')));
  readonly #about = draw('div', { id: 'about', class: 'about' });
  readonly #heading = draw('div', { class: 'heading', hidden: true }, this.#about, this.leave);
  readonly #problem = draw('p', { class: 'problem', role: 'alert', hidden: true });
  readonly #room = draw('p', { class: 'room', role: 'status' });
  readonly #sealed = draw('span', { class: 'sealed' });
  readonly #timer = draw('span', { class: 'timer', hidden: true });
  readonly #closed = draw('p', { class: 'closed', hidden: true });
  readonly #form = draw(
    'form',
    {},
    this.#heading,
    this.tray,
    this.text,
    this.#room,
    this.#problem,
    draw(
      'footer',
      {},
      draw('div', { class: 'tools' }, this.attach, this.emoji, this.format),
      draw('p', { class: 'facts' }, this.#sealed, this.#timer),
      this.send,
    ),
  );

  /** What stands in the shadow root; lists that the box offers are put before them. */
  get elements(): readonly HTMLElement[] {
    return [this.#form, this.#closed];
  }

  /** @param act is called when the form is sent, by key, button or assistive technology */
  onSubmit(act: () => void): void {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      act();
    });
  }

  /** As high as the text; the style sheet says how high at most. */
  grow(): void {
    this.text.style.height = 'auto';
    this.text.style.height = `${this.text.scrollHeight}px`;
  }

  showHeading(heading: Heading | null): void {
    this.#heading.hidden = heading === null;
    this.#heading.dataset.kind = heading?.kind ?? '';
    const words = heading ? [draw('b', {}, heading.title), ' ', draw('bdi', {}, heading.excerpt)] : [];
    this.#about.replaceChildren(...words);
  }

  /** For whom it is sealed, or what happens to a message instead. */
  showSealed(words: string, state: 'sealed' | 'reaching' | 'offline' = 'sealed'): void {
    if (this.#sealed.textContent !== words) this.#sealed.textContent = words;
    this.#sealed.dataset.state = state;
  }

  showTimer(words: string): void {
    this.#timer.textContent = words;
    this.#timer.hidden = words === '';
  }

  /** What is wrong, empty when nothing is. */
  complain(sentence: string): void {
    this.#problem.textContent = sentence;
    this.#problem.hidden = sentence === '';
  }

  /** How much room is left; empty while there is plenty. */
  showRoom(sentence: string): void {
    if (this.#room.textContent !== sentence) this.#room.textContent = sentence;
  }

  /** Nobody writes here now. */
  get isClosed(): boolean {
    return this.#form.hidden;
  }

  /** Takes the box away and says why; gives it back when there is nothing to say. */
  close(why: string): void {
    this.#form.hidden = why !== '';
    this.#closed.hidden = why === '';
    this.#closed.textContent = why;
  }
}

/** A button that is an icon, with a name. */
function iconButton(icon: string, name: string): HTMLButtonElement {
  return draw('button', { type: 'button', class: `icon ${icon}`, 'aria-label': name, title: name });
}
