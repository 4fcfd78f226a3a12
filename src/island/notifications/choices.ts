/** What the person has chosen about notifications in this browser; kept sealed with everything else. */
import { readKept, writeKept } from '../kept.ts';

export type Shown = 'text' | 'sender' | 'nothing';

export interface Choices {
  readonly on: boolean;
  /** What stands in a notification, which others may see on this screen. */
  readonly shown: Shown;
  readonly sound: boolean;
}

const NAME = 'notifications';
const UNDECIDED: Choices = { on: false, shown: 'sender', sound: false };

export async function readChoices(): Promise<Choices> {
  const [on, shown, sound] = (await readKept(NAME)).split(' ');
  if (on === undefined || on === '') return UNDECIDED;
  return {
    on: on === 'on',
    shown: shown === 'text' || shown === 'nothing' ? shown : 'sender',
    sound: sound === 'sound',
  };
}

export function writeChoices({ on, shown, sound }: Choices): void {
  writeKept({ [NAME]: [on ? 'on' : 'off', shown, sound ? 'sound' : 'silent'].join(' ') });
}
