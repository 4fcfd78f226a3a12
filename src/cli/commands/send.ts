/** `send`: one text into one conversation. */
import { MAX_CONTENT_BYTES } from '../../contract/limits.ts';
import type { Command } from '../command.ts';
import { atMost, synchronise, withDevice } from '../device.ts';
import { Failed } from '../failures.ts';
import { bodyIdOf } from '../messages.ts';
import { conversationOf, findConversation } from '../people.ts';

/** Milliseconds for taking in what waits; the rest is taken in beside the sending, or by the next command. */
const SYNC_MS = 5000;

export const send: Command = async ({ home, option, rest, output, io }) => {
  const where = conversationOf({ person: option('to'), id: option('conversation'), option: 'to' });
  const answers = option('reply-to');
  const about = answers === null ? {} : { replyTo: bodyIdOf(answers) };
  const [given = '-'] = rest;
  const text = given === '-' ? (await io.readInput(MAX_CONTENT_BYTES)).replace(/\r?\n$/, '') : given;

  await withDevice({ home, output }, async (device) => {
    const { engine } = device;
    // What waits comes first: it is older than this message, and what is queued is sent before it.
    await atMost(SYNC_MS, synchronise(device));
    const composed = await engine.send(await findConversation(device, where), text, about);
    await engine.flush();
    const { id, status, reason } = (await engine.message(composed.id)) ?? composed;
    if (status === 'Failed') throw new Failed(reason ?? 'The server refused this message.');
    if (status === 'Sending') {
      const sentence = 'Queued: the server takes no messages now. The next command sends it.';
      await output.event('queued', { id }, sentence);
    } else {
      await output.event('sent', { id }, 'Sent.');
    }
  });
};
