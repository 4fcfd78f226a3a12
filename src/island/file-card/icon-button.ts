/** A button that is an icon. */
import { draw } from '../draw.ts';
import type { FileIcon } from './icons.ts';

/** @param label its name, and what a pointer that rests reads */
export function iconButton(
  icon: FileIcon,
  label: string,
  act: (button: HTMLButtonElement) => unknown,
): HTMLButtonElement {
  const button = draw(
    'button',
    { type: 'button', 'aria-label': label, title: label },
    draw('span', { class: `icon icon-${icon}`, 'aria-hidden': 'true' }),
  );
  button.addEventListener('click', () => act(button));
  return button;
}
