/**
 * Files looked at in the page: one at a time, in a dialog over everything. What is shown is decided by the file's own bytes; nothing that
 * could run or load anything is among it.
 */
import type { FileView } from '../../client/files/view.ts';
import { t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';
import { iconButton } from '../file-card/icon-button.ts';
import { shownOf } from '../file-card/kind.ts';
import { loadSave } from '../part.ts';
import { showProblem } from '../problem.ts';
import { styleSheet } from '../styles.ts';
import { showPicture } from './picture.ts';
import { openPlayed } from './played.ts';
import { type Stage, says } from './stage.ts';
import { VIEWER_STYLE } from './style.ts';
import { showText } from './text.ts';

const SHEET = styleSheet(VIEWER_STYLE);

/**
 * Opens the dialog.
 *
 * @param files what can be gone through
 * @param first of them
 * @param back has the focus afterwards
 */
export function openViewer(files: readonly FileView[], first: FileView, back: HTMLElement): void {
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [SHEET];
  const title = draw('h2', { id: 'name' });
  const dialog = draw('dialog', { 'aria-labelledby': title.id });
  const facts = draw('small');
  const place = draw('div', { class: 'stage', tabindex: '0', role: 'group' });
  let at = Math.max(0, files.indexOf(first));
  let shown: { readonly stage: Stage; readonly cut: AbortController } | null = null;

  const go = (by: number) => {
    if (at + by < 0 || at + by >= files.length) return;
    at += by;
    show();
  };
  const smaller = iconButton('shrink', t('Zoom out'), () => shown?.stage.zoom?.(-1));
  const larger = iconButton('zoom', t('Zoom in'), () => shown?.stage.zoom?.(1));
  const before = iconButton('left', t('Previous'), () => go(-1));
  const after = iconButton('right', t('Next'), () => go(1));
  before.className = 'beside before';
  after.className = 'beside after';
  const close = iconButton('close', t('Close'), () => dialog.close());
  const saved = iconButton('save', t('Save'), () => saveShown());
  dialog.append(
    draw('div', { class: 'head' }, title, facts, smaller, larger, saved, close),
    draw('div', { class: 'body' }, place, before, after),
  );

  const saveShown = () => {
    const file = files[at];
    // Its card says how far it is.
    if (file) void loadSave().then(({ startSave }) => startSave(file), showProblem);
  };
  const show = () => {
    const file = files[at];
    if (!file) return;
    shown?.cut.abort();
    const cut = new AbortController();
    title.replaceChildren(draw('bdi', {}, file.name));
    const count = t('{n} of {all}', { n: at + 1, all: files.length });
    facts.textContent = files.length === 1 ? byteSize(file.size) : `${byteSize(file.size)} · ${count}`;
    saved.setAttribute('aria-label', t('Save {name}', { name: file.name }));
    place.setAttribute('aria-label', file.name);
    for (const [button, isHidden] of [
      [before, files.length < 2],
      [after, files.length < 2],
      [smaller, shownOf(file) !== 'image'],
      [larger, shownOf(file) !== 'image'],
    ] as const)
      button.hidden = isHidden;
    before.disabled = at === 0;
    after.disabled = at === files.length - 1;
    const stage: Stage = { place, signal: cut.signal };
    shown = { stage, cut };
    place.replaceChildren(draw('p', { class: 'spin', role: 'status' }, t('Opening…')));
    void showIn(stage, file).catch((error: unknown) => {
      if (!cut.signal.aborted) place.replaceChildren(says(error));
    });
  };
  dialog.addEventListener('keydown', (event) => press(event, { go, stage: () => shown?.stage ?? null }));
  dialog.addEventListener('close', () => {
    shown?.cut.abort();
    host.remove();
    back.focus({ preventScroll: true });
  });
  root.append(dialog);
  document.body.append(host);
  dialog.showModal();
  show();
  place.focus();
}

/** @throws FileProblem, Error with a sentence */
async function showIn(stage: Stage, file: FileView): Promise<void> {
  switch (shownOf(file)) {
    case 'image':
      return showPicture(stage, file);
    case 'text':
      return showText(stage, file);
    case 'video':
      return showPlayer(stage, file, 'video');
    case 'audio':
      return showPlayer(stage, file, 'audio');
    default:
      throw new Error(t('This kind of file is not shown here: save it to look at it elsewhere.'));
  }
}

async function showPlayer(stage: Stage, file: FileView, kind: 'video' | 'audio'): Promise<void> {
  const { address, end } = await openPlayed(file, kind);
  if (stage.signal.aborted) return end();
  const player = draw(kind, { controls: true, 'aria-label': file.name });
  player.preload = 'metadata';
  if (player instanceof HTMLVideoElement) player.playsInline = true;
  stage.signal.addEventListener('abort', () => {
    player.removeAttribute('src');
    player.load();
    end();
  });
  player.addEventListener('error', () => {
    if (!stage.signal.aborted)
      stage.place.replaceChildren(
        says(new Error(t('This browser cannot play it, or it is damaged: save it instead.'))),
      );
  });
  player.src = address;
  stage.place.replaceChildren(player);
  player.focus();
  await player.play().catch(() => {});
}

interface Viewer {
  readonly go: (by: number) => void;
  readonly stage: () => Stage | null;
}

function press(event: KeyboardEvent, { go, stage }: Viewer): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const [target] = event.composedPath();
  const shown = stage();
  // A player seeks by these keys, and what is zoomed is moved by them.
  const isTaken = target instanceof HTMLMediaElement || shown?.zoomed?.() === true;
  const act = {
    ArrowLeft: isTaken ? null : () => go(-1),
    ArrowRight: isTaken ? null : () => go(1),
    PageUp: () => go(-1),
    PageDown: () => go(1),
    '+': () => shown?.zoom?.(1),
    '=': () => shown?.zoom?.(1),
    '-': () => shown?.zoom?.(-1),
    '0': () => shown?.zoom?.(0),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
