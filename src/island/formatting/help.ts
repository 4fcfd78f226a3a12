/** What can be written beside plain text, and the keys for it: a small panel beside its button. */
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { togglePopover } from '../popover.ts';
import { styleSheet } from '../styles.ts';

const STYLE = `
  :host(:focus) { outline: none; }
  :host { box-sizing: border-box; width: 372px; max-width: 100vw; max-height: calc(100dvh - 16px); overflow-y: auto;
    padding: var(--s4); border: 1px solid var(--line); border-radius: var(--r3); background: var(--raised);
    color: var(--ink); box-shadow: var(--shadow); font: var(--f-small); }
  h2 { margin: 0 0 var(--s2); font: 650 0.875rem/1.3 var(--sans); }
  table { width: 100%; border-collapse: collapse; }
  td, th { padding: 5px var(--s2) 5px 0; text-align: start; font-weight: 400; vertical-align: baseline; }
  tr + tr > * { border-top: 1px solid var(--line); }
  td:last-child { padding-right: 0; text-align: end; color: var(--ink-2); white-space: nowrap; }
  code { font: var(--f-mono); color: var(--ink-2); }
  kbd { font: inherit; }
  p { margin: var(--s3) 0 0; color: var(--ink-2); }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  @media (hover: none) { td:last-child, p { display: none; } }
  @media (max-width: 479px) { :host { width: 100vw; border-width: 1px 0 0; border-radius: var(--r3) var(--r3) 0 0; } }
`;

let panel: HTMLElement | null = null;

/** Opens the panel beside `anchor`, or closes it where it stood there already. */
export function toggleFormattingHelp(anchor: HTMLElement): void {
  panel ??= drawPanel();
  if (!panel.isConnected) document.body.append(panel);
  if (togglePopover(panel, anchor)) panel.focus();
}

const isApple = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

function drawPanel(): HTMLElement {
  const host = draw('div', {
    popover: 'auto',
    role: 'dialog',
    'aria-label': t('Formatting help'),
    tabindex: '-1',
  });
  const control = isApple() ? '⌘' : t('Ctrl');
  const shift = isApple() ? '⇧' : t('Shift');
  const keys = (...all: readonly string[]) => all.join(' ');
  const row = (name: string, sample: string, shortcut = '') =>
    draw(
      'tr',
      {},
      draw('th', { scope: 'row' }, name),
      draw('td', {}, draw('code', {}, sample)),
      draw('td', {}, draw('kbd', {}, shortcut)),
    );
  const head = draw(
    'thead',
    { class: 'unseen' },
    draw(
      'tr',
      {},
      ...[t('Looks like'), t('You write'), t('Keys')].map((name) => draw('th', { scope: 'col' }, name)),
    ),
  );
  const body = draw(
    'tbody',
    {},
    row(t('Bold'), `**${t('text')}**`, keys(control, 'B')),
    row(t('Italics'), `_${t('text')}_`, keys(control, 'I')),
    row(t('Struck out'), `~~${t('text')}~~`, keys(control, shift, 'X')),
    row(t('Code'), `\`${t('text')}\``, keys(control, shift, 'C')),
    row(t('Block of code'), '```', ''),
    row(t('Link'), `[${t('text')}](https://…)`, keys(control, shift, 'U')),
    row(t('List'), '- ', keys(control, shift, '8')),
    row(t('Numbered list'), '1. ', keys(control, shift, '7')),
    row(t('Quote'), '> ', keys(control, shift, '9')),
    row(t('Name somebody'), t('@username')),
    row(t('Emoji'), ':smile:'),
  );
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [styleSheet(STYLE)];
  root.append(draw('h2', {}, t('Formatting help')), draw('table', {}, head, body));
  root.append(draw('p', {}, t('The arrow up key in an empty box edits your last message.')));
  return host;
}
