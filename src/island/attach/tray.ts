/** What goes with the message that is being written: a list above the box. File names are drawn in a shadow root. */
import type { ConversationId } from '../../contract/ids.ts';
import { plural, t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';
import { iconOf } from '../file-card/kind.ts';
import { styleSheet } from '../styles.ts';
import { type Attached, attachedIn, keepLocation, onAttached, removeAttached } from './attached.ts';
import { drawThumbnail } from './thumbnail.ts';
import { TRAY_STYLE } from './tray-style.ts';

const SHEET = styleSheet(TRAY_STYLE);
const open = new WeakSet<HTMLElement>();

/** Keeps `place` in step with what is attached in a conversation, until the signal or until it leaves the document. */
export function showTray(conversation: ConversationId, place: HTMLElement, signal?: AbortSignal): void {
  if (open.has(place)) return;
  open.add(place);
  const tray = new Tray(conversation, place);
  const stop = onAttached((changed) => {
    if (changed === conversation) tray.show(attachedIn(conversation));
  });
  signal?.addEventListener('abort', () => {
    stop();
    open.delete(place);
  });
  tray.show(attachedIn(conversation));
}

class Tray {
  readonly #conversation: ConversationId;
  readonly #place: HTMLElement;
  readonly #list = draw('ul', { 'aria-label': t('Attached files') });
  readonly #status = draw('p', { role: 'status', class: 'said' });
  readonly #items = new Map<number, Item>();

  constructor(conversation: ConversationId, place: HTMLElement) {
    this.#conversation = conversation;
    this.#place = place;
    const root = place.shadowRoot ?? place.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [SHEET];
    root.replaceChildren(this.#list, this.#status);
  }

  show(attached: readonly Attached[]): void {
    for (const [key, item] of this.#items)
      if (!attached.some((each) => each.key === key)) {
        item.end();
        this.#items.delete(key);
      }
    for (const each of attached) {
      const item = this.#items.get(each.key) ?? this.#add(each);
      item.show(each);
    }
    this.#place.hidden = attached.length === 0;
    this.#say(attached);
  }

  #add(attached: Attached): Item {
    const item = new Item(attached, {
      remove: () => this.#remove(attached.key),
      keep: (keeps) => keepLocation(this.#conversation, attached.key, keeps),
    });
    this.#items.set(attached.key, item);
    this.#list.append(item.element);
    return item;
  }

  /** The focus goes to the next file, or back to the box after the last one. */
  #remove(key: number): void {
    const keys = [...this.#items.keys()];
    const at = keys.indexOf(key);
    const next = keys[at + 1] ?? keys[at - 1];
    removeAttached(this.#conversation, key);
    const neighbour = next === undefined ? undefined : this.#items.get(next);
    const root = this.#place.getRootNode();
    if (neighbour) neighbour.focus();
    else if (root instanceof ShadowRoot && root.host instanceof HTMLElement) root.host.focus();
  }

  #say(attached: readonly Attached[]): void {
    const preparing = attached.filter(({ described }) => described === null).length;
    const words = [
      plural(attached.length, '{n} file attached', '{n} files attached'),
      ...(preparing > 0 ? [plural(preparing, '{n} is being prepared…', '{n} are being prepared…')] : []),
    ].join(', ');
    const text = attached.length === 0 && this.#status.textContent === '' ? '' : words;
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }
}

interface Actions {
  readonly remove: () => void;
  readonly keep: (keeps: boolean) => void;
}

class Item {
  readonly element: HTMLElement;
  readonly #about = draw('small');
  readonly #icon = draw('span', { class: 'icon icon-file' });
  readonly #thumb = draw('span', { class: 'thumb' }, this.#icon);
  readonly #remove: HTMLButtonElement;
  readonly #keeps = draw('input', { type: 'checkbox' });
  readonly #place = draw('label', { hidden: true }, this.#keeps, t('Keep location'));
  #picture: (() => void) | null = null;

  constructor({ file }: Attached, actions: Actions) {
    const { name } = file;
    this.#remove = draw('button', {
      type: 'button',
      'aria-label': t('Remove {name}', { name }),
      title: t('Remove'),
    });
    this.#remove.addEventListener('click', actions.remove);
    this.#keeps.addEventListener('change', () => actions.keep(this.#keeps.checked));
    this.element = draw(
      'li',
      {},
      this.#thumb,
      draw('span', { class: 'words' }, draw('bdi', { title: name }, name), this.#about, this.#place),
      this.#remove,
    );
  }

  show({ file, described, keepsLocation }: Attached): void {
    this.#about.textContent = [byteSize(file.size), describeState(described, keepsLocation)]
      .filter((words) => words !== '')
      .join(' · ');
    this.element.toggleAttribute('data-preparing', described === null);
    this.#place.hidden = described?.location !== 'removable';
    this.#keeps.checked = keepsLocation;
    if (!described || this.#picture) return;
    this.#icon.className = `icon icon-${iconOf(described.facts)}`;
    this.#picture = drawThumbnail(this.#thumb, described.facts.preview ?? null);
  }

  focus(): void {
    this.#remove.focus();
  }

  end(): void {
    this.#picture?.();
    this.element.remove();
  }
}

function describeState(described: Attached['described'], keepsLocation: boolean): string {
  if (described === null) return t('Being prepared…');
  if (described.location === 'fixed') return t('May tell where it was taken');
  if (described.location === 'none') return '';
  return keepsLocation ? t('Tells where it was taken') : t('Location removed');
}
