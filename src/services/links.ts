/**
 * Adding a device by approval on another one (protocol/README 10, "Approving a device"; R38). The server keeps a
 * request for minutes, hands the sealed answer on, and lets exactly the certificate in that was approved, once. That
 * the vault was open is proven by the account's signature on that certificate; nothing here could stand in for it.
 */

import type { Caller, DeviceSession, OpenedSession, Sessions } from '../auth/sessions.ts';
import { toHex } from '../contract/bytes.ts';
import { MAX_DEVICES_PER_PERSON } from '../contract/limits.ts';
import { LINK_LIFETIME_MS, type LinkState, MAX_OPEN_LINKS } from '../contract/links.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import { decodeCertificate } from '../protocol/certificate.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { equalBytes } from '../protocol/hash.ts';
import { linkFinder, linkHash, linkRequestRecord } from '../protocol/link-request.ts';
import { devicesOf } from '../store/devices.ts';
import * as store from '../store/links.ts';
import type { Devices, DeviceUploadBytes } from './devices.ts';
import { invalid, Refusal } from './refusal.ts';

export interface Links {
  /** Keeps a request; gives the token that its place asks with, 32 bytes. */
  start(request: Uint8Array): Promise<{ readonly token: Uint8Array; readonly expiresAt: number }>;
  /** What became of the request with this token; Gone when it is over. */
  state(token: Uint8Array): Promise<{ readonly state: LinkState; readonly answer: Uint8Array | null }>;
  /** The place gives up. */
  cancel(token: Uint8Array): Promise<void>;
  /** The approved place publishes itself and gets its session. */
  complete(token: Uint8Array, upload: DeviceUploadBytes, caller: Caller): Promise<OpenedSession>;

  /** A request by the first characters of its code; NotFound. */
  find(finder: string): Promise<store.LinkRow>;
  /** Approves a request for this certificate alone (H, 32 bytes); Conflict when there is an answer. */
  answer(session: DeviceSession, hash: Uint8Array, given: ApprovalBytes): Promise<void>;
  /** What became of a request that this account has answered; Gone when it is over. */
  outcome(session: DeviceSession, hash: Uint8Array): Promise<LinkState>;
  /** Takes an answer back; Conflict when it was used. */
  withdraw(session: DeviceSession, hash: Uint8Array): Promise<void>;
  /** Deletes what is over; run by a job. */
  expire(): Promise<void>;
}

export interface ApprovalBytes {
  readonly certificateHash: Uint8Array;
  readonly answer: Uint8Array;
}

const OVER = sentence('This code is used up or older than ten minutes. Start again on the new device.');

export function createLinks(
  { db, clock, random }: Pick<Ports, 'db' | 'clock' | 'random'>,
  { devices, sessions }: { readonly devices: Devices; readonly sessions: Sessions },
): Links {
  const alive = (row: store.LinkRow | null): store.LinkRow => {
    if (!row || row.expires_at <= clock()) throw new Refusal('Gone', OVER);
    return row;
  };
  const ofToken = async (token: Uint8Array) => alive(await store.linkByToken(db, digest(token)));
  /** One that this account has answered; others do not exist for it. */
  const answered = async ({ account }: DeviceSession, hash: Uint8Array) => {
    const row = alive(await store.linkByHash(db, toHex(hash)));
    if (row.account !== account) throw new Refusal('Gone', OVER);
    return row;
  };

  return {
    async start(request) {
      checkRequest(request);
      const token = random(32);
      const hash = linkHash(request);
      const now = clock();
      const expiresAt = now + LINK_LIFETIME_MS;
      await db.write(async (tx) => {
        await store.forgetLinks(tx, now);
        if ((await store.countLinks(tx)) >= MAX_OPEN_LINKS)
          throw new Refusal(
            'Unavailable',
            'Too many devices are being added just now. Try again in a minute.',
          );
        const row = { hash: toHex(hash), finder: linkFinder(hash), token: digest(token), request };
        if (!(await store.insertLink(tx, { ...row, created_at: now, expires_at: expiresAt })))
          throw new Refusal('Conflict', 'Another device shows such a code just now. Try again.');
      });
      return { token, expiresAt };
    },

    async state(token) {
      const { state, answer } = await ofToken(token);
      return { state, answer };
    },

    async cancel(token) {
      const { hash, state } = await ofToken(token);
      if (state === 'waiting' || state === 'answered')
        await db.write((tx) => store.endLink(tx, hash, state, 'cancelled'));
    },

    async complete(token, upload, caller) {
      const row = await ofToken(token);
      if (row.state !== 'answered' || row.account === null || row.certificate_hash === null)
        throw new Refusal('Gone', OVER);
      if (!equalBytes(hashOf(upload.certificate), row.certificate_hash))
        throw new Refusal('Forbidden', 'This is not the device that was approved.');
      const { account, hash } = row;
      return devices.addTo(account, upload, async (tx, device) => {
        if (!(await store.endLink(tx, hash, 'answered', 'done'))) throw new Refusal('Gone', OVER);
        return sessions.open(tx, account, device.id, caller, { way: 'link', strong: true });
      });
    },

    async find(finder) {
      const row = await store.linkByFinder(db, finder);
      if (!row || row.expires_at <= clock() || row.state !== 'waiting')
        throw new Refusal(
          'NotFound',
          'No device waits with this code. Check it, or start again on the new device.',
        );
      return row;
    },

    async answer(session, hash, { certificateHash, answer }) {
      const row = alive(await store.linkByHash(db, toHex(hash)));
      if ((await devicesOf(db, session.account)).length >= MAX_DEVICES_PER_PERSON)
        throw new Refusal(
          'Conflict',
          sentence('A person can have {n} devices. Remove one of yours first.', {
            n: MAX_DEVICES_PER_PERSON,
          }),
        );
      const given = { account: session.account, certificateHash, answer };
      if (!(await db.write((tx) => store.answerLink(tx, row.hash, given))))
        throw new Refusal('Conflict', 'This request was answered already, or taken back.');
    },

    outcome: async (session, hash) => (await answered(session, hash)).state,

    async withdraw(session, hash) {
      const row = await answered(session, hash);
      if (!(await db.write((tx) => store.endLink(tx, row.hash, 'answered', 'cancelled'))))
        throw new Refusal('Conflict', 'This request is over already.');
    },

    async expire() {
      await db.write((tx) => store.forgetLinks(tx, clock()));
    },
  };
}

const digest = (token: Uint8Array): string => new Bun.CryptoHasher('sha256').update(token).digest('hex');

/** A request of the right form; whether its keys are anybody's is for the person with the code. */
function checkRequest(request: Uint8Array): void {
  try {
    linkRequestRecord.decode(request);
  } catch (error) {
    if (error instanceof ProtocolError) throw invalid({ request: ['This is no request of a device.'] });
    throw error;
  }
}

function hashOf(certificate: Uint8Array): Uint8Array {
  try {
    return decodeCertificate(certificate).hash;
  } catch (error) {
    if (error instanceof ProtocolError) throw invalid({ certificate: ['This is no certificate.'] });
    throw error;
  }
}
