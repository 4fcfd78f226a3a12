/** The page that compares identities: 60 digits and a code, the same on both screens (protocol/README 11). */

import type { Comparison, Engine } from '../client/engine-types.ts';
import { type AccountId, isAccountId } from '../contract/ids.ts';
import { say, sentence, t } from '../contract/words.ts';
import { loadQr } from './part.ts';
import { engine } from './session.ts';

const GROUP = 5;

/** What a scan found, in a sentence, and how it looks. */
const FOUND: Readonly<Record<Comparison, readonly [words: string, look: string]>> = {
  same: [sentence('Everything is the same. This person is verified.'), 'ok'],
  different: [
    sentence(
      'The codes differ: this is not the identity that you write to here. Write nothing private, and tell your admin.',
    ),
    'warn',
  ],
  'own-code': [sentence('That is your own code. Scan the one on their screen.'), ''],
  'no-code': [
    sentence('That is no verification code. Open this page on their device and scan the code there.'),
    '',
  ],
  'other-log': [
    sentence(
      'The identities are the same, but the server shows the two of you different transparency logs. Tell your admin, and write to each other: what your devices say of it there is signed, and is kept as evidence.',
    ),
    'warn',
  ],
};

/** Fills `[data-safety-number]` and what stands around it. The peer is named by `data-peer` on or around it. */
export async function openVerify(place: HTMLElement): Promise<void> {
  const frame = place.closest<HTMLElement>('[data-peer]');
  const peer = frame?.dataset.peer ?? '';
  if (!frame || !isAccountId(peer)) return;
  const client = await engine;
  const button = frame.querySelector<HTMLButtonElement>('button[data-verify]');
  const state = frame.querySelector<HTMLElement>('[data-verified]');

  const draw = async () => {
    const { digits, verified } = await client.safetyNumber(peer);
    place.replaceChildren(...groupsOf(digits));
    if (state) state.hidden = !verified;
    if (button) {
      write(button, verified ? t('Remove verification') : t('Mark as verified'));
      button.disabled = false;
    }
    return verified;
  };

  let verified = await draw();
  button?.addEventListener('click', async () => {
    button.disabled = true;
    await client.setVerified(peer, !verified);
    verified = await draw();
    button.focus();
  });
  const code = frame.querySelector<HTMLElement>('[data-verify-code]');
  if (code) await drawCode(code, client, peer);
  openScanner(frame, client, peer, async () => {
    verified = await draw();
  });
}

async function drawCode(place: HTMLElement, client: Engine, peer: AccountId): Promise<void> {
  const [{ drawQr }, text] = await Promise.all([loadQr(), client.verificationCode(peer)]);
  drawQr(place, text, t('Your code, for the other person to scan'));
}

/** The camera compares at once what eyes compare digit by digit. */
function openScanner(
  frame: HTMLElement,
  client: Engine,
  peer: AccountId,
  compared: () => Promise<void>,
): void {
  const button = frame.querySelector<HTMLButtonElement>('button[data-scan-code]');
  const view = frame.querySelector<HTMLElement>('[data-scan]');
  const result = frame.querySelector<HTMLElement>('[data-scan-result]');
  if (!button || !view || !result) return;
  const show = (words: string, look: string) => {
    result.textContent = say(words);
    result.className = `card ${look}`;
    result.hidden = false;
  };
  let stop: (() => void) | null = null;
  button.hidden = false;
  button.addEventListener('click', async () => {
    if (stop) return stop();
    const { scanQr } = await loadQr();
    const scan = scanQr(view);
    stop = scan.stop;
    view.hidden = false;
    write(button, t('Stop the camera'));
    try {
      show(...FOUND[await client.compareCode(peer, await scan.text)]);
      await compared();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError'))
        show(
          t('{reason} Compare the digits instead.', {
            reason: error instanceof Error ? error.message : t('The camera failed.'),
          }),
          '',
        );
    } finally {
      stop = null;
      view.hidden = true;
      write(button, t('Scan their code'));
    }
  });
}

/** Changes a button's words and keeps its icon. */
function write(button: HTMLElement, words: string): void {
  const label = [...button.childNodes].findLast((node) => node instanceof Text && node.data.trim() !== '');
  if (label) label.textContent = words;
  else button.append(words);
}

/** Twelve groups of five, with spaces between, so that they are read and copied as people compare them. */
function groupsOf(digits: string): Node[] {
  const bare = digits.replace(/\D/g, '');
  const groups = bare.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? [];
  return groups.flatMap((group, index) => {
    const span = document.createElement('span');
    span.textContent = group;
    return index === 0 ? [span] : [document.createTextNode(' '), span];
  });
}
