/** Takes the place of the list of conversations while somebody searches. */
import type { Answer, FoundMessage } from '../../client/search/history-search.ts';
import type { NamedPerson } from '../../client/search/names.ts';
import type { ConversationId } from '../../contract/ids.ts';
import { locale, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { engine } from '../session.ts';
import { openAt } from '../timeline/open-at.ts';
import { Filters } from './filters.ts';
import type { FromWorker } from './messages.ts';
import { countOf, drawAnswer } from './results.ts';
import { STYLE } from './style.ts';
import { ask, knownNames, onWorker, wake } from './worker-link.ts';

/** Messages that are shown at once, and more of at a time. */
const PAGE = 50;
const PHONE = '(max-width: 720px)';

export class SearchPanel {
  readonly #host = draw('section', {
    'aria-label': t('Search results'),
    'data-search-results': '',
    hidden: true,
  });
  /** What a screen reader hears while the list changes. */
  readonly #status = draw('p', { role: 'status' });
  readonly #progress = draw('p', { class: 'progress', hidden: true });
  readonly #list = draw('div', { class: 'found' });
  readonly #filters: Filters;
  /** Marked while somebody searches: a phone shows it then, whatever page is open. */
  readonly #side: HTMLElement;
  #limit = PAGE;

  constructor(
    private readonly input: HTMLInputElement,
    private readonly list: HTMLElement,
  ) {
    this.#side = list.parentElement ?? list;
    this.#filters = new Filters(
      () => input.value,
      (typed) => this.#type(typed),
    );
    const close = draw('button', { type: 'button' }, t('Close'));
    close.addEventListener('click', () => this.close());
    this.#filters.bar.append(close);
    const root = this.#host.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [STYLE];
    root.append(this.#filters.bar, this.#progress, this.#list, this.#status);
    list.before(this.#host);
    input.addEventListener('input', () => {
      this.#limit = PAGE;
      this.open();
    });
    input.addEventListener('focus', () => this.open());
    input.addEventListener('keydown', (event) => this.#key(event));
    this.#host.addEventListener('keydown', (event) => this.#key(event));
    for (const part of [input, this.#host]) part.addEventListener('focusout', (event) => this.#left(event));
    onWorker((message) => this.#hear(message));
  }

  /** Shows it in the place of the list, and what is found for what stands in the box. */
  open(): void {
    if (this.#host.hidden) {
      this.#host.hidden = false;
      this.list.hidden = true;
      this.#side.dataset.searching = '';
      this.#filters.offer(knownNames());
      void wake();
    }
    this.#filters.show();
    void this.#run();
  }

  /** The list is back, and the box empty. */
  close(): void {
    this.input.value = '';
    this.#host.hidden = true;
    this.list.hidden = false;
    delete this.#side.dataset.searching;
    this.#list.replaceChildren();
    this.#status.textContent = '';
  }

  async #run(): Promise<void> {
    if (this.input.value.trim() === '') {
      this.#status.textContent = '';
      return this.#list.replaceChildren(
        draw(
          'p',
          { class: 'nothing' },
          t('Search messages, people and groups. All of it happens on this device.'),
        ),
      );
    }
    this.#show(await ask(this.input.value, this.#limit));
  }

  #show(answer: Answer): void {
    if (this.#host.hidden) return;
    const nodes = drawAnswer(answer, {
      message: (found) => void this.#openMessage(found),
      person: (person) => void this.#openPerson(person),
      conversation: ({ id }) => this.#openConversation(id),
      more: () => void this.#more(),
    });
    // What has the focus stays where it is when the list is drawn again.
    const at = this.#hits().indexOf(this.#focused());
    this.#list.replaceChildren(...nodes);
    if (at >= 0) this.#hits()[Math.min(at, this.#hits().length - 1)]?.focus();
    this.#status.textContent =
      answer.total === 0 ? (this.#list.querySelector('.nothing')?.textContent ?? '') : countOf(answer.total);
  }

  #more(): Promise<void> {
    this.#limit += PAGE;
    return this.#run();
  }

  async #openMessage({ message }: FoundMessage): Promise<void> {
    const isHere = await openAt(message.conversation, message.id);
    if (!isHere) {
      this.#status.textContent = t('This message is not on this device any more.');
      return this.#run();
    }
    this.#mark();
    this.#done();
  }

  async #openPerson({ account, conversation }: NamedPerson): Promise<void> {
    this.#openConversation(conversation ?? (await (await engine).direct(account)).id);
  }

  #openConversation(id: ConversationId): void {
    const row = this.list.querySelector<HTMLElement>(`a[data-conversation="${CSS.escape(id)}"]`);
    this.close();
    if (row) row.click();
    else location.assign(`/c/${id}`);
  }

  /** The one that is open now. */
  #mark(): void {
    for (const hit of this.#hits()) hit?.removeAttribute('aria-current');
    this.#focused()?.setAttribute('aria-current', 'true');
  }

  /** On a phone the conversation takes the place of what was found. */
  #done(): void {
    if (matchMedia(PHONE).matches) this.close();
  }

  #type(typed: string): void {
    this.input.value = typed;
    this.#limit = PAGE;
    this.open();
  }

  #hear(message: FromWorker): void {
    if (message.type === 'names' && !this.#host.hidden) this.#filters.offer(message.names);
    if (message.type === 'progress') {
      this.#progress.hidden = message.share >= 1;
      const share = new Intl.NumberFormat(locale(), { style: 'percent' }).format(message.share);
      this.#progress.textContent = t('Indexing history: {share}', { share });
    }
    if (message.type === 'done') this.#progress.hidden = true;
    if (message.type === 'failed') {
      this.#progress.hidden = false;
      this.#progress.textContent = t('The search does not work in this tab: {reason}', {
        reason: message.reason,
      });
    }
    const isNews = message.type === 'done' || message.type === 'progress';
    if (isNews && !this.#host.hidden && this.input.value.trim() !== '') void this.#run();
  }

  /** Escape gives the list back, arrows go through what was found, Enter in the box opens the first. */
  #key(event: KeyboardEvent): void {
    const { key } = event;
    if (key === 'Escape') {
      event.preventDefault();
      this.input.focus();
      this.close();
      return;
    }
    if (key === 'Enter' && event.currentTarget === this.input) {
      event.preventDefault();
      this.#hits()[0]?.click();
      return;
    }
    const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    const at = this.#hits().indexOf(this.#focused());
    const isInList = event.currentTarget === this.input || at >= 0;
    if (step === 0 || !isInList) return;
    event.preventDefault();
    if (at + step < 0) this.input.focus();
    else this.#hits()[Math.min(at + step, this.#hits().length - 1)]?.focus();
  }

  #hits(): (HTMLElement | null)[] {
    return [...this.#list.querySelectorAll<HTMLElement>('a.hit')];
  }

  #focused(): HTMLElement | null {
    const active = this.#host.shadowRoot?.activeElement;
    return active instanceof HTMLElement ? active : null;
  }

  /** Whoever goes elsewhere without having looked for anything has the list again. */
  #left({ relatedTarget }: FocusEvent): void {
    const isInside =
      relatedTarget instanceof Node &&
      (relatedTarget === this.#host || relatedTarget === this.input.getRootNode());
    if (!isInside && relatedTarget !== null && this.input.value.trim() === '')
      queueMicrotask(() => this.#closeUnlessInside());
  }

  #closeUnlessInside(): void {
    const { activeElement } = document;
    const root = this.input.getRootNode();
    const isInside =
      activeElement === this.#host || (root instanceof ShadowRoot && activeElement === root.host);
    if (!isInside && this.input.value.trim() === '') this.close();
  }
}
