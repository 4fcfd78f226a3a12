/** The page that compares safety numbers: 60 digits, the same on both screens (PROTOCOL 8). */
import { isAccountId } from '../contract/ids.ts';
import { engine } from './session.ts';

const GROUP = 5;

/** Fills `[data-safety-number]` and takes `button[data-verify]`. The peer is named by `data-peer` on or around it. */
export async function openVerify(place: HTMLElement): Promise<void> {
  const peer = place.closest<HTMLElement>('[data-peer]')?.dataset.peer ?? '';
  if (!isAccountId(peer)) return;
  const client = await engine;
  const button = document.querySelector<HTMLButtonElement>('button[data-verify]');
  const state = document.querySelector<HTMLElement>('[data-verified]');

  const draw = async () => {
    const { digits, verified } = await client.safetyNumber(peer);
    place.replaceChildren(...groupsOf(digits));
    if (state) state.hidden = !verified;
    if (button) {
      write(button, verified ? 'Remove verification' : 'Mark as verified');
      button.disabled = false;
    }
    return verified;
  };

  let verified = await draw();
  button?.addEventListener('click', async () => {
    button.disabled = true;
    await client.setVerified(peer, !verified);
    verified = await draw();
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
