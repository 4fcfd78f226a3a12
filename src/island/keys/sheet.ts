/** The sheet of all shortcuts. */
import { t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { openDialog } from './dialog.ts';
import { SHEET } from './style.ts';

/** Keys that are pressed together, by what they are called on the keyboard; several ways stand beside each other. */
type Row = readonly [says: string, ...ways: readonly (readonly string[])[]];

type Section = readonly [title: string, rows: readonly Row[]];

function listSections(): readonly Section[] {
  const isApple = /Mac|iPhone|iPad/.test(navigator.platform);
  const control = isApple ? '⌘' : t('Ctrl');
  const alt = isApple ? '⌥' : 'Alt';
  const shift = isApple ? '⇧' : t('Shift');
  const enter = t('Enter');
  const leave = t('Esc');
  return [
    [
      t('Everywhere'),
      [
        [t('Go to a conversation, a person or a command'), [control, 'K']],
        [t('Previous and next conversation'), [alt, '↑'], [alt, '↓']],
        [t('Previous and next one with something new'), [alt, shift, '↑'], [alt, shift, '↓']],
        [t('Back to the message box'), [leave]],
        [t('These shortcuts'), ['?']],
      ],
    ],
    [
      t('On a message'),
      [
        [t('From one message to another'), ['↑'], ['↓']],
        [t('First and newest message'), ['Home'], ['End']],
        [t('Reply'), ['R']],
        [t('Edit your own'), ['E']],
        [t('React'), ['+']],
        [t('What else can be done with it'), [enter]],
      ],
    ],
    [
      t('While writing'),
      [
        [t('Send'), [enter]],
        [t('New line'), [shift, enter]],
        [t('Edit your last message, in an empty box'), ['↑']],
        [t('Leave a reply or a change'), [leave]],
        [t('Bold and italic'), [control, 'B'], [control, 'I']],
        [
          t('Code, struck through, link'),
          [control, shift, 'C'],
          [control, shift, 'X'],
          [control, shift, 'U'],
        ],
        [t('Numbers, bullets, quote'), [control, shift, '7'], [control, shift, '8'], [control, shift, '9']],
      ],
    ],
  ];
}

export function openShortcuts(): void {
  const name = t('Keyboard shortcuts');
  const { dialog, root } = openDialog('wide shortcuts', name, SHEET);
  const close = draw(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': t('Close') },
    draw('span', { class: 'icon icon-close', 'aria-hidden': 'true' }),
  );
  close.addEventListener('click', () => dialog.close());
  root.append(
    draw('header', { class: 'dialog-head' }, draw('h2', {}, name), close),
    draw('div', { class: 'sections' }, ...listSections().map(drawSection)),
  );
  close.focus();
}

const drawSection = ([title, rows]: Section): HTMLElement =>
  draw(
    'section',
    {},
    draw('h3', {}, title),
    draw(
      'dl',
      {},
      ...rows.map(([says, ...ways]) =>
        draw('div', {}, draw('dt', {}, says), draw('dd', {}, ...ways.map(drawWay))),
      ),
    ),
  );

const drawWay = (keys: readonly string[]): HTMLElement =>
  draw('span', { class: 'way' }, ...keys.flatMap((key) => [draw('kbd', {}, key), ' ']));
