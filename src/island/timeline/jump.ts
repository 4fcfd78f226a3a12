/** "Jump to latest": the way back down, with how many messages came meanwhile. */
import { plural, t } from '../../contract/words.ts';

export class Jump {
  readonly #button: HTMLButtonElement | null;
  #count = 0;

  /** @param log the timeline; the button stands beside it */
  constructor(log: HTMLElement, jump: () => void) {
    this.#button = log.parentElement?.querySelector<HTMLButtonElement>('button[data-jump]') ?? null;
    this.#button?.addEventListener('click', () => {
      jump();
      log.focus({ preventScroll: true });
    });
  }

  /** One more is there below. */
  count(): void {
    this.#count++;
  }

  /** Shows the button while the reader is away from the end. */
  show(away: boolean): void {
    if (!this.#button) return;
    if (!away) this.#count = 0;
    this.#button.hidden = !away;
    const label = this.#button.querySelector('[data-jump-count]');
    const words = this.#count === 0 ? '' : plural(this.#count, '{n} new', '{n} new');
    if (label && label.textContent !== words) label.textContent = words;
    this.#button.setAttribute(
      'aria-label',
      [t('Jump to latest'), words].filter((part) => part !== '').join(', '),
    );
  }
}
