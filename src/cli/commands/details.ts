/** `details`: everything that this device can say of one message. */
import type { MessageDetails } from '../../client/messages/types.ts';
import { bytesWritten } from '../../contract/words.ts';
import type { Command } from '../command.ts';
import { withDevice } from '../device.ts';
import { Failed } from '../failures.ts';
import { messageIdIn } from '../messages.ts';
import { plain, timeOf } from '../output.ts';
import { Names } from '../people.ts';

export const details: Command = async ({ home, output, rest }) => {
  const id = messageIdIn(rest);
  await withDevice({ home, output }, async ({ engine }) => {
    const found = await engine.messageDetails(id);
    if (found === null) throw new Failed('There is no such message on this device.');
    const { message, sentAt, receivedAt, device, deviceName, proof, readBy, edits } = found;
    const sender = await new Names(engine).of(message);
    await output.event(
      'details',
      {
        id: message.id,
        conversation: message.conversation,
        sender,
        account: message.sender.account,
        device,
        deviceName,
        sentAt,
        receivedAt,
        kind: message.kind,
        verified: message.verified,
        origin: message.origin,
        proof: proof && {
          crypto_version: proof.version,
          encryption_algorithm: proof.encryption,
          kdf_algorithm: proof.kdf,
          signatures: proof.signatures,
        },
        readBy,
        edits,
        files: message.files.map(({ id: file, name, type, size, root, series, version }) => ({
          id: file,
          name,
          type,
          size,
          root: root.toHex(),
          series,
          version,
        })),
      },
      linesOf(found, sender).join('\n'),
    );
  });
};

function linesOf(
  { message, sentAt, receivedAt, device, proof, readBy, edits }: MessageDetails,
  sender: string,
) {
  const verdict = (valid: boolean | null) =>
    valid === null ? 'cannot be checked: the device is not known any more' : valid ? 'valid' : 'NOT VALID';
  return [
    `from       ${plain(sender)}, device ${device}`,
    `sent       ${timeOf(sentAt)}, arrived ${timeOf(receivedAt)}`,
    `origin     ${message.origin}${message.verified ? '' : ', not verified'}`,
    ...(proof === null
      ? ['signature  none on this device']
      : [
          `encryption ${proof.version}, ${proof.encryption}, ${proof.kdf}`,
          ...proof.signatures.map(({ algorithm, valid }) => `signature  ${algorithm}: ${verdict(valid)}`),
        ]),
    ...message.files.flatMap(({ id, name, type, size, version, root }) => [
      `file       ${plain(name)}, ${type === '' ? 'unknown type' : type}, ${bytesWritten(size)}, version ${version}, ${id}`,
      `  root     ${root.toHex()}`,
    ]),
    ...(edits === 0 ? [] : [`changed    ${edits === 1 ? 'once' : `${edits} times`}`]),
    ...(readBy.length === 0 ? [] : [`read       by ${readBy.length}, first ${timeOf(readBy[0]?.at ?? 0)}`]),
  ];
}
