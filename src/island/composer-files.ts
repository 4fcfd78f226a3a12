/** Files that go with what is written: by button, paste or drop. What they take is fetched with the first of them. */
import type { BodyId, ConversationId } from '../contract/ids.ts';
import { t } from '../contract/words.ts';
import type { ComposerBox } from './composer-box.ts';
import { draw } from './draw.ts';
import { loadAttach } from './part.ts';

type Attach = Awaited<ReturnType<typeof loadAttach>>;
/** What was picked or dropped, as the browser gives it during the event. */
export type Given = File | FileSystemEntry;

/** Kept over composers: files wait in their conversation while another one is read. */
let attach: Attach | null = null;

export class ComposerFiles {
  readonly #box: ComposerBox;
  /** Null where nothing can be attached now; else where to. */
  readonly #target: () => ConversationId | null;
  readonly #picker = draw('input', { type: 'file', multiple: true, hidden: true });

  /** @param target the conversation, unless something else is being written than a message for it */
  constructor(box: ComposerBox, target: () => ConversationId | null) {
    this.#box = box;
    this.#target = target;
    box.tray.before(this.#picker);
    box.attach.addEventListener('click', () => this.#picker.click());
    this.#picker.addEventListener('change', () => {
      void this.#take([...(this.#picker.files ?? [])]).then(() => this.#box.text.focus());
      // The same file can be picked again.
      this.#picker.value = '';
    });
    box.text.addEventListener('paste', (event) => {
      const given = event.clipboardData && pastedFiles(event.clipboardData);
      if (!given?.length) return;
      event.preventDefault();
      void this.#take(given);
    });
  }

  /** How many wait here. */
  get count(): number {
    const conversation = this.#target();
    return (conversation && attach?.countAttached(conversation)) || 0;
  }

  /** Shows what waits in this conversation, and takes what is dropped on `place`, until the signal. */
  open(conversation: ConversationId, place: HTMLElement | null, signal: AbortSignal): void {
    attach?.showTray(conversation, this.#box.tray, signal);
    if (!place) return;
    for (const type of ['dragenter', 'dragover'] as const)
      place.addEventListener(
        type,
        (event) => {
          if (!event.dataTransfer?.types.includes('Files')) return;
          // Left alone, the browser would show the file in place of the page.
          event.preventDefault();
          const isTaken = this.#target() !== null;
          event.dataTransfer.dropEffect = isTaken ? 'copy' : 'none';
          if (isTaken) place.dataset.dropping = t('Drop files here to attach them');
        },
        { signal },
      );
    place.addEventListener(
      'dragleave',
      ({ relatedTarget }) => {
        if (!(relatedTarget instanceof Node) || !place.contains(relatedTarget)) delete place.dataset.dropping;
      },
      { signal },
    );
    place.addEventListener(
      'drop',
      (event) => {
        delete place.dataset.dropping;
        const given = event.dataTransfer && droppedFiles(event.dataTransfer);
        if (!given?.length) return;
        event.preventDefault();
        void this.#take(given).then(() => this.#box.text.focus());
      },
      { signal },
    );
  }

  /** Hands them over with these words. Throws Error with a sentence; then they stay. */
  async send(
    conversation: ConversationId,
    message: { readonly text: string; readonly replyTo: BodyId | null },
  ): Promise<void> {
    attach ??= await loadAttach();
    await attach.sendAttached(conversation, message);
  }

  async #take(given: readonly Given[]): Promise<void> {
    const conversation = this.#target();
    if (!conversation) return;
    try {
      attach ??= await loadAttach();
      attach.showTray(conversation, this.#box.tray);
      this.#box.complain(await attach.attachFiles(conversation, given));
    } catch (error) {
      this.#box.complain(error instanceof Error ? error.message : String(error));
    }
  }
}

/** Texts that an office program copies come with a picture of themselves: the text is meant. */
function pastedFiles(data: DataTransfer): readonly Given[] {
  const isText =
    data.types.includes('text/plain') &&
    data.types.some((type) => type === 'text/html' || type === 'text/rtf');
  return isText ? [] : [...data.files];
}

/** Folders come as entries, to be walked. */
const droppedFiles = (data: DataTransfer): readonly Given[] =>
  [...data.items].flatMap((item) => {
    if (item.kind !== 'file') return [];
    const entry = item.webkitGetAsEntry();
    return (entry?.isDirectory ? entry : item.getAsFile()) ?? [];
  });
