/**
 * The new device's side of an approval (protocol/README 10, "Approving a device"; R38): it makes its keys, shows a
 * code, waits for the sealed answer, checks all of it, and publishes itself once its person has said yes.
 */

import { accountId, fromBase64, toBase64 } from '../../contract/bytes.ts';
import type { AccountId } from '../../contract/ids.ts';
import { LINK_POLL_MS } from '../../contract/links.ts';
import { sentence } from '../../contract/words.ts';
import { wipe } from '../../protocol/hash.ts';
import { createSigningKeyPair } from '../../protocol/identity.ts';
import {
  type LinkRequest,
  linkCode,
  linkHash,
  linkRequestRecord,
  linkText,
} from '../../protocol/link-request.ts';
import type { Crypto } from '../../protocol/ports.ts';
import { ACTIVE_SUITE } from '../../protocol/suite.ts';
import { EnrolError } from '../enrol/errors.ts';
import { ask } from '../enrol/refusals.ts';
import type { Enrolled } from '../enrol/types.ts';
import { acceptance, type LinkKeys, type LinkTools, openAnswer } from './grant.ts';

export type { LinkTools } from './grant.ts';

/** A request that is shown to the person. */
export interface PendingLink {
  /** Four groups of five, to be typed on the other device. */
  readonly code: string;
  /** What the QR code holds. */
  readonly text: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /**
   * Resolves when another device has approved.
   * @throws EnrolError link-used (over, or cancelled), identity-mismatch (an answer that does not hold)
   */
  approved(): Promise<LinkOffer>;
  /** Gives up; `approved` then throws link-used. */
  cancel(): Promise<void>;
}

/** Whose device this would be. Nothing is published until `accept`. */
export interface LinkOffer {
  readonly account: AccountId;
  readonly username: string;
  readonly name: string;
  /** Five characters that the approving device shows too. Other ones there: the server made this answer. */
  readonly check: string;
  /** @throws EnrolError offline (may be called again), conflict, link-used, not-this-account, refused */
  accept(): Promise<Enrolled>;
  decline(): Promise<void>;
}

const OVER = sentence(
  'The code is used up, taken back, or older than ten minutes. Start again for a new one.',
);

/**
 * Asks the server to hand a request on.
 * @param agent what this place is, such as "Firefox on Linux": the approving device shows it
 * @throws EnrolError offline, rate-limited, conflict, refused
 */
export async function requestLink(tools: LinkTools, agent: string): Promise<PendingLink> {
  const { crypto, links } = tools;
  const { request, keys } = await newRequest(crypto, agent);
  const encoded = linkRequestRecord.encode(request);
  const hashed = linkHash(encoded);
  const { token, expiresAt } = await ask(() => links.startLink(toBase64(encoded)));
  let isOver = false;
  const cancel = async () => {
    isOver = true;
    wipeKeys(keys);
    await links.cancelLink(token).catch(() => {});
  };
  return {
    code: linkCode(hashed),
    text: linkText(hashed),
    expiresAt,
    cancel,
    async approved() {
      for (;;) {
        const answer = await answerTo(tools, token);
        if (isOver) throw new EnrolError('link-used', OVER);
        if (answer === null) {
          await tools.pause(LINK_POLL_MS);
          continue;
        }
        const { grant, check } = await openAnswer(crypto, request, keys, answer).catch(async (error) => {
          await cancel();
          throw error;
        });
        return {
          account: accountId(grant.account),
          username: grant.username,
          name: grant.name,
          check,
          accept: acceptance(tools, token, request, keys, grant),
          decline: cancel,
        };
      }
    },
  };
}

async function newRequest(crypto: Crypto, agent: string): Promise<{ request: LinkRequest; keys: LinkKeys }> {
  const { provider, random } = crypto;
  const keys: LinkKeys = {
    signing: await createSigningKeyPair(crypto),
    agreement: random(32),
    transfer: { x25519: random(32), kem: random(64) },
  };
  const request: LinkRequest = {
    device: random(16),
    signingKey: keys.signing.publicKey,
    agreementKey: await provider.x25519PublicKey(keys.agreement),
    suites: [ACTIVE_SUITE],
    transferKey: await provider.x25519PublicKey(keys.transfer.x25519),
    transferKem: (await provider.mlKemKeyPair(ACTIVE_SUITE, keys.transfer.kem)).publicKey,
    agent: agent.slice(0, 40),
    created: crypto.clock(),
  };
  return { request, keys };
}

/** The answer, or null while there is none. A server that does not answer is asked again until the code is over. */
async function answerTo({ links }: LinkTools, token: string): Promise<Uint8Array | null> {
  try {
    const { state, answer } = await ask(() => links.linkState(token));
    if (state === 'cancelled' || state === 'done') throw new EnrolError('link-used', OVER);
    return answer === null ? null : fromBase64(answer);
  } catch (error) {
    const again = error instanceof EnrolError && (error.code === 'offline' || error.code === 'rate-limited');
    if (again) return null;
    throw error;
  }
}

function wipeKeys({ signing, agreement, transfer }: LinkKeys): void {
  wipe(signing.secret, agreement, transfer.x25519, transfer.kem);
}
