/** Everything that is known of one message: who sealed it, with what, whether both signatures hold, who has read it. */
import type { Engine, HistoryMessage } from '../../client/engine-types.ts';
import type { FileView } from '../../client/files/view.ts';
import type { MessageDetails } from '../../client/messages/types.ts';
import { bytesWritten, locale, t } from '../../contract/words.ts';
import { draw } from '../draw.ts';
import { authorOf, nameOf } from '../people.ts';
import { showProblem } from '../problem.ts';
import { fullOf } from '../times.ts';

/** A fact: its name, and one or more lines. */
type Fact = readonly [name: string, ...lines: readonly (Node | string)[]];

export async function openMessageDetails(
  client: Engine,
  { id }: HistoryMessage,
  back: { focus(): void },
): Promise<void> {
  const details = await client.messageDetails(id).catch(showProblem);
  if (!details) return;
  const title = draw('h2', { id: 'message-details-title' }, t('Message details'));
  const icon = draw('span', { class: 'icon icon-close', 'aria-hidden': 'true' });
  const close = draw('button', { type: 'button', class: 'icon-button', 'aria-label': t('Close') }, icon);
  const list = draw('dl', { class: 'facts' });
  for (const [name, ...lines] of await factsOf(details))
    list.append(draw('dt', {}, name), ...lines.map((line) => draw('dd', {}, line)));
  const dialog = draw(
    'dialog',
    { class: 'dialog wide', 'aria-labelledby': title.id },
    draw('header', { class: 'dialog-head' }, title, close),
    list,
  );
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    dialog.remove();
    back.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

async function factsOf(details: MessageDetails): Promise<readonly Fact[]> {
  const { message, device, deviceName, proof, readBy, edits } = details;
  const { name, verified } = await authorOf(message);
  const readers = await Promise.all(
    readBy.map(async ({ account, at }) => `${await nameOf(account)}, ${fullOf(at)}`),
  );
  const short = device.slice(0, 8);
  const facts: Fact[] = [
    [t('From'), message.mine || !verified ? name : t('{name}, verified by you', { name })],
    [t('Device'), deviceName === null ? short : `${deviceName} (${short})`],
    [t('Sent'), fullOf(details.sentAt)],
    [t('Received'), fullOf(details.receivedAt)],
  ];
  if (edits > 0) facts.push([t('Changed'), new Intl.NumberFormat(locale()).format(edits)]);
  if (message.expiresAt !== null) facts.push([t('Disappears'), fullOf(message.expiresAt)]);
  if (readers.length > 0) facts.push([t('Read by'), ...readers]);
  if (proof === null) facts.push([t('Signatures'), t('None are kept here for this message.')]);
  else
    facts.push(
      [
        t('Signatures'),
        ...proof.signatures.map(({ algorithm, valid }) =>
          draw('span', { class: tagOf(valid) }, `${algorithm}: ${verdict(valid)}`),
        ),
      ],
      [t('Encryption'), proof.encryption],
      [t('Key derivation'), proof.kdf],
      [t('Version'), proof.version],
    );
  for (const file of message.files) facts.push([t('File'), ...linesOf(file)]);
  facts.push([t('Identifier'), draw('code', {}, message.id)]);
  return facts;
}

/** What it is called, what it is and how large, and the root that everybody's copy is held to. */
const linesOf = ({ name, type, size, version, root, series, id }: FileView): readonly (Node | string)[] => [
  draw('bdi', {}, name),
  [
    type === '' ? t('unknown type') : type,
    bytesWritten(size),
    ...(series === id && version === 1 ? [] : [t('version {n}', { n: version })]),
  ].join(', '),
  draw('code', {}, root.toHex()),
];

const tagOf = (valid: boolean | null): string => (valid === null ? '' : valid ? 'tag' : 'tag bad');

function verdict(valid: boolean | null): string {
  if (valid === null) return t('cannot be checked any more');
  return valid ? t('valid') : t('not valid');
}
