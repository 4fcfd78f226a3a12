/** What stands in the box, what it is to become, and the draft of it: the three change together. */
import type { HistoryMessage } from '../client/engine-types.ts';
import { t } from '../contract/words.ts';
import type { ComposerBox } from './composer-box.ts';
import { describeMode } from './composer-facts.ts';
import { followMessage, leaveMode, type Mode, NEW, type Writing } from './composer-mode.ts';
import type { Draft } from './drafts.ts';
import { judgeLength } from './text-length.ts';

export class Desk {
  readonly #box: ComposerBox;
  readonly #keep: (draft: Draft) => void;
  #mode: Mode = NEW;

  /** @param keep is given every draft; it may be the same as before */
  constructor(box: ComposerBox, keep: (draft: Draft) => void) {
    this.#box = box;
    this.#keep = keep;
  }

  get mode(): Mode {
    return this.#mode;
  }

  get writing(): Writing {
    return { mode: this.#mode, text: this.#box.text.value };
  }

  /** Goes over to this mode and this text. */
  apply({ mode, text }: Writing): void {
    this.#mode = mode;
    if (text !== this.#box.text.value) this.write(text);
    this.#box.complain('');
    void describeMode(mode).then((heading) => {
      if (this.#mode === mode) this.#box.showHeading(heading);
    });
    this.#keepDraft();
  }

  /** Puts a text into the box, without a word to anybody. */
  write(text: string): void {
    this.#box.text.value = text;
    this.#measure();
  }

  /** After every key. */
  typed(): void {
    this.#measure();
    this.#box.complain('');
    if (this.#mode.kind !== 'edit') this.#keepDraft();
  }

  leave(): void {
    this.apply(leaveMode(this.writing));
  }

  /** News of a message, null for one that is gone. */
  follow(id: HistoryMessage['id'], message: HistoryMessage | null): void {
    const before = this.#mode.kind;
    const next = followMessage(this.writing, { id, message });
    if (!next) return;
    this.apply(next);
    if (next.mode.kind !== before)
      this.#box.complain(t('The message is gone: there is nothing left to answer or to change.'));
  }

  /** While an old message is changed, the draft is the one that waits. */
  #keepDraft(): void {
    const mode = this.#mode;
    const answered = mode.kind === 'reply' ? mode.message : null;
    const { text, replyTo } =
      mode.kind === 'edit' ? mode.kept : { text: this.#box.text.value, replyTo: answered };
    this.#keep({ text, replyTo: replyTo?.id ?? null });
  }

  #measure(): void {
    this.#box.grow();
    this.#box.showRoom(judgeLength(this.#box.text.value).sentence);
  }
}
