/**
 * Adding a device by approval on another one.
 *
 * | call | needs | answers |
 * |---|---|---|
 * | POST /api/v1/links | a link request | 201 LinkStarted |
 * | POST /api/v1/links/state | the place's token | LinkStatus |
 * | POST /api/v1/links/cancel | the place's token | 204 |
 * | POST /api/v1/links/complete | the place's token, a DeviceUpload | 201 SignedIn, and the session's cookie |
 * | POST /api/v1/links/find | a device's session, five characters | LinkFound |
 * | POST /api/v1/links/answer | a device's session, a LinkAnswer | 204 |
 * | POST /api/v1/links/outcome | a device's session, a LinkName | LinkOutcome |
 * | POST /api/v1/links/withdraw | a device's session, a LinkName | 204 |
 */
import { Elysia } from 'elysia';
import type { SignedIn } from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import {
  LINK_PATHS,
  type LinkFound,
  type LinkOutcome,
  type LinkStarted,
  type LinkStatus,
} from '../contract/links.ts';
import type { Deps } from '../deps.ts';
import { type Input, readInput } from '../http/input.ts';
import { createGuard } from '../http/session.ts';
import { readDevice } from './records.ts';

/** Bytes of a sealed answer, at most: a certificate, a device list and a leaf. */
const ANSWER = { min: 1, max: 48 * 1024 };
/** Bytes of a request, at most. */
const REQUEST = { min: 1, max: 3600 };
/** Five characters of a code, as people write them on no paper: Crockford's base 32 has no I, L, O, U. */
const FINDER = /^[0-9A-HJKMNP-TV-Z]{5}$/;

export const linkRoutes = (deps: Pick<Deps, 'services' | 'origin' | 'address' | 'limits' | 'clock'>) => {
  const { accounts, links } = deps.services;
  const guard = createGuard(deps);

  /** The device that answers, and what it sent. */
  const answering = async (request: Request, limit: 'linkFindAccount' | 'linkAccount') => {
    const session = await guard.withDevice(request);
    deps.limits.take(limit, session.account);
    return { session, input: await readInput(request) };
  };
  const polling = async (request: Request) => {
    deps.limits.takeFrom('linkPollAddress', deps.address(request));
    const input = await readInput(request);
    const token = readToken(input);
    input.check();
    return token;
  };

  return new Elysia({ name: 'links-api' })
    .post(
      LINK_PATHS.links,
      async ({ request, set }): Promise<LinkStarted> => {
        deps.limits.takeFrom('linkAddress', deps.address(request));
        const input = await readInput(request);
        const record = input.bytes('request', REQUEST);
        input.check();
        const { token, expiresAt } = await links.start(record);
        set.status = 201;
        return { token: toBase64(token), expiresAt };
      },
      { parse: 'none' },
    )

    .post(
      LINK_PATHS.state,
      async ({ request }): Promise<LinkStatus> => {
        const { state, answer } = await links.state(await polling(request));
        return { state, answer: answer && toBase64(answer) };
      },
      { parse: 'none' },
    )

    .post(
      LINK_PATHS.cancel,
      async ({ request, set }): Promise<void> => {
        await links.cancel(await polling(request));
        set.status = 204;
      },
      { parse: 'none' },
    )

    .post(
      LINK_PATHS.complete,
      async ({ request, set }): Promise<SignedIn> => {
        deps.limits.takeFrom('linkAddress', deps.address(request));
        const input = await readInput(request);
        const token = readToken(input);
        const upload = readDevice(input);
        input.check();
        const { caller, cookies } = guard.arrival(request);
        const opened = await links.complete(token, upload, caller);
        set.status = 201;
        set.headers['set-cookie'] = cookies(opened.token);
        return accounts.signedIn(opened.session);
      },
      { parse: 'none' },
    )

    .post(
      LINK_PATHS.find,
      async ({ request }): Promise<LinkFound> => {
        const { input } = await answering(request, 'linkFindAccount');
        const finder = input.text('finder', { max: 5, pattern: FINDER });
        input.check();
        const row = await links.find(finder);
        return { request: toBase64(row.request), createdAt: row.created_at, expiresAt: row.expires_at };
      },
      { parse: 'none' },
    )

    .post(
      LINK_PATHS.answer,
      async ({ request, set }): Promise<void> => {
        const { session, input } = await answering(request, 'linkAccount');
        const hash = readName(input);
        const certificateHash = input.bytes('certificateHash', 32);
        const answer = input.bytes('answer', ANSWER);
        input.check();
        await links.answer(session, hash, { certificateHash, answer });
        set.status = 204;
      },
      { parse: 'none' },
    )

    .post(
      LINK_PATHS.outcome,
      async ({ request }): Promise<LinkOutcome> => {
        const { session, input } = await answering(request, 'linkAccount');
        const hash = readName(input);
        input.check();
        return { state: await links.outcome(session, hash) };
      },
      { parse: 'none' },
    )

    .post(
      LINK_PATHS.withdraw,
      async ({ request, set }): Promise<void> => {
        const { session, input } = await answering(request, 'linkAccount');
        const hash = readName(input);
        input.check();
        await links.withdraw(session, hash);
        set.status = 204;
      },
      { parse: 'none' },
    );
};

const readToken = (input: Input): Uint8Array => input.bytes('token', 32);
const readName = (input: Input): Uint8Array => input.bytes('request', 32);
