/** The relay over HTTP: post a message, fetch what waits, acknowledge it, ask what became of one's own. */

import { Elysia } from 'elysia';
import { isBodyId } from '../contract/ids.ts';
import { MAX_POST_BYTES } from '../contract/limits.ts';
import { PATHS } from '../contract/paths.ts';
import { may } from '../contract/permissions.ts';
import { MAX_STATUSES, POST_MEDIA_TYPE } from '../contract/relay.ts';
import { sentence } from '../contract/words.ts';
import type { Deps } from '../deps.ts';
import { readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { Refusal } from '../services/refusal.ts';
import { readPage, readSeqs } from './relay-input.ts';

export const messageRoutes = (deps: Deps) => {
  const guard = createGuard(deps);
  const { limits, services } = deps;
  const { delivery } = services;

  return new Elysia({ name: 'messages' })
    .post(
      PATHS.messages,
      async ({ request }) => {
        const session = await guard.withDevice(request, 'converse');
        limits.takeFrom('sendAddress', deps.address(request));
        limits.take('sendAccount', session.account);
        return delivery.send(session, await readPostBytes(request));
      },
      // The body is read here, after the session and the limits, and never parsed as anything else.
      { parse: 'none' },
    )
    .get(PATHS.envelopes, async ({ request, query }) => {
      const session = await guard.withDevice(request);
      limits.take('relayAccount', session.account);
      const { after, limit } = readPage(query);
      // What waits for somebody who is an auditor now stays where it is: they may be something else again.
      if (!may(session.role, 'converse')) return { envelopes: [], more: false };
      return delivery.pending(session.device, after, limit);
    })
    .post(
      PATHS.acknowledgements,
      async ({ request }) => {
        const session = await guard.withDevice(request);
        limits.take('relayAccount', session.account);
        const input = await readInput(request);
        await delivery.acknowledge(session, readSeqs(input.raw('seqs')));
        return new Response(null, { status: 204 });
      },
      { parse: 'none' },
    )
    .post(
      PATHS.statuses,
      async ({ request }) => {
        const session = await guard.withDevice(request);
        limits.take('relayAccount', session.account);
        const input = await readInput(request);
        const ids = input.ids('ids', isBodyId, MAX_STATUSES);
        input.check();
        return delivery.statuses(session, ids);
      },
      { parse: 'none' },
    );
};

async function readPostBytes(request: Request): Promise<Uint8Array> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== POST_MEDIA_TYPE)
    throw new Refusal(
      'UnsupportedMediaType',
      sentence('A message is sent as {type}.', { type: POST_MEDIA_TYPE }),
    );
  const bytes = await request.bytes();
  if (bytes.length > MAX_POST_BYTES)
    throw new Refusal('TooLarge', 'This message is too large for the relay. Send it in smaller parts.');
  return bytes;
}
