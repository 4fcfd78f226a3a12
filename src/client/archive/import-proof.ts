/** What the signatures of messages in a file are worth on this device [R19]. */
import { accountId, conversationId, deviceId, fromHex } from '../../contract/bytes.ts';
import { type ExportedCertificate, type ExportedPerson, MAX_EXPORTED_PEOPLE } from '../../contract/export.ts';
import type { AccountId, DeviceId } from '../../contract/ids.ts';
import { t } from '../../contract/words.ts';
import { decodeCertificate, verifyCertificate } from '../../protocol/certificate.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import { equalBytes } from '../../protocol/hash.ts';
import { type OpenedBody, openArchived, verifyBody } from '../../protocol/message.ts';
import { SUITE_FLOOR } from '../../protocol/suite.ts';
import type { Context } from '../context.ts';
import { refreshPeople } from '../directory.ts';
import { readWords, type SignedWords } from '../originals.ts';
import { findDevice, readPeer, type StoredPeer } from '../peers.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import { ImportProblem } from './import-problem.ts';
import type { FiledMessage } from './import-records.ts';
import type { Proof } from './types.ts';

/** Bytes of an Ed25519 key, the first half of a device's. */
const CLASSICAL_BYTES = 32;

export interface Verdict {
  readonly proof: Proof;
  /** The words that the original says, when they are this message's. */
  readonly words: SignedWords | null;
}

interface FiledCertificate {
  readonly record: ExportedCertificate;
  readonly signed: Uint8Array;
  /** Once it was looked at; null when it does not hold. */
  signingKey?: Uint8Array | null;
}

/** What one file says of people; believed as far as it verifies. */
export class Prover {
  readonly #people = new Map<AccountId, { readonly person: ExportedPerson; readonly identity: Uint8Array }>();
  readonly #certificates = new Map<string, FiledCertificate[]>();
  readonly #peers = new Map<AccountId, StoredPeer | null>();
  #count = 0;

  constructor(private readonly ctx: Context) {}

  person(person: ExportedPerson, identity: Uint8Array): void {
    this.#limit();
    if (!this.#people.has(person.account)) this.#people.set(person.account, { person, identity });
  }

  certificate(record: ExportedCertificate, signed: Uint8Array): void {
    this.#limit();
    const place = `${record.account}/${record.device}`;
    this.#certificates.set(place, [...(this.#certificates.get(place) ?? []).slice(-4), { record, signed }]);
  }

  #limit(): void {
    if (++this.#count > MAX_EXPORTED_PEOPLE)
      throw new ImportProblem(t('The file names more people and devices than a workspace has.'));
  }

  personOf(account: AccountId): ExportedPerson | null {
    return this.#people.get(account)?.person ?? null;
  }

  /** Those of this sender's certificates that were needed and hold. */
  certificatesOf(account: AccountId, device: DeviceId): readonly ExportedCertificate[] {
    const all = this.#certificates.get(`${account}/${device}`) ?? [];
    return all.filter(({ signingKey }) => signingKey).map(({ record }) => record);
  }

  /** The pin; of somebody whom the log names and who was never met here, it is asked for. */
  async peer(account: AccountId): Promise<StoredPeer | null> {
    const known = this.#peers.get(account);
    if (known !== undefined) return known;
    const { ctx } = this;
    if ((await readPeer(ctx.storage, account)) === null && ctx.log.log.account(fromHex(account)) !== null)
      await refreshPeople(ctx, [account]).catch((error: unknown) => {
        if (!(error instanceof TransportFailed) && !(error instanceof TransportRefused)) throw error;
      });
    const peer = await readPeer(ctx.storage, account);
    this.#peers.set(account, peer);
    return peer;
  }

  async judge(message: FiledMessage): Promise<Verdict> {
    const words = wordsOf(message);
    if (words === null) return { proof: 'none', words };
    const { opened } = words;
    // An edit proves its words alone, so files beside them would be anybody's.
    if (words.about === null && message.files.length > 0) return { proof: 'none', words };
    if (opened.header.suite < SUITE_FLOOR) return { proof: await this.#judgeOlder(message, opened), words };
    const device = deviceId(opened.header.device);
    const peer = await this.peer(message.sender.account);
    const pinned = peer === null ? null : findDevice(peer, device);
    if (pinned !== null) {
      const holds = await verifyBody(this.ctx.crypto, opened, pinned.signingKey);
      return { proof: holds ? 'verified' : 'none', words };
    }
    const filed = this.#people.get(message.sender.account);
    const key =
      filed === undefined ? null : await this.#certifiedKey(message.sender.account, device, filed.identity);
    if (filed === undefined || key === null || !(await verifyBody(this.ctx.crypto, opened, key)))
      return { proof: 'none', words };
    return { proof: peer !== null && equalBytes(peer.aik, filed.identity) ? 'gone' : 'stranger', words };
  }

  /** DIK of a device that this identity has certified in the file, 1,984 bytes. */
  async #certifiedKey(account: AccountId, device: DeviceId, aik: Uint8Array): Promise<Uint8Array | null> {
    for (const each of this.#certificates.get(`${account}/${device}`) ?? []) {
      each.signingKey ??= await this.#verify(each.signed, account, device, aik);
      if (each.signingKey !== null) return each.signingKey;
    }
    return null;
  }

  async #verify(
    signed: Uint8Array,
    account: AccountId,
    device: DeviceId,
    aik: Uint8Array,
  ): Promise<Uint8Array | null> {
    try {
      const { created } = decodeCertificate(signed).certificate;
      // It held at its time; whether it does now is nothing that an old message asks.
      const { certificate } = await verifyCertificate(this.ctx.crypto, signed, {
        aik,
        account: fromHex(account),
        now: created,
      });
      return deviceId(certificate.device) === device ? certificate.signingKey : null;
    } catch (error) {
      if (isProtocolError(error)) return null;
      throw error;
    }
  }

  /** One classical signature proves nothing to somebody with a quantum computer, so this is never `verified`. */
  async #judgeOlder({ sender, signed }: FiledMessage, opened: OpenedBody): Promise<Proof> {
    const peer = await this.peer(sender.account);
    const pinned = peer === null ? null : findDevice(peer, deviceId(opened.header.device));
    const key = pinned?.signingKey.subarray(0, CLASSICAL_BYTES) ?? signed.signingKey;
    return key !== null && (await verifyBody(this.ctx.crypto, opened, key)) ? 'older' : 'none';
  }
}

/** The original's words when they are those of this message, its sender and its conversation; its signatures are still to be verified. */
function wordsOf({ id, sender, text, conversation, signed }: FiledMessage): SignedWords | null {
  if (signed.original === null) return null;
  try {
    const words = readWords(signed.original, openArchived);
    if (words === null || words.id !== id || words.text !== text) return null;
    const { header } = words.opened;
    if (accountId(header.account) !== sender.account) return null;
    if (conversation !== null && conversationId(header.conversation) !== conversation) return null;
    // An edit may be of another device of the same person.
    return deviceId(header.device) === sender.device || words.about === null ? words : null;
  } catch (error) {
    if (isProtocolError(error)) return null;
    throw error;
  }
}
