/** Certificates of devices that are pinned here, for files: this device keeps what they say, the directory has them whole. */
import { fromBase64, toBase64 } from '../../contract/bytes.ts';
import type { ExportedCertificate } from '../../contract/export.ts';
import type { AccountId } from '../../contract/ids.ts';
import { decodeCertificate } from '../../protocol/certificate.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import type { Context } from '../context.ts';
import type { StoredPeer } from '../peers.ts';
import { TransportFailed, TransportRefused } from '../ports.ts';
import type { Extra } from './extras.ts';

/** Accounts in one question to the directory. */
const PEOPLE_PER_REQUEST = 100;

export class Certificates {
  readonly #asked = new Set<AccountId>();
  /** By their hash in hexadecimal. */
  readonly #known = new Map<string, Uint8Array>();

  constructor(private readonly ctx: Context) {}

  /** Asks for those of these people. Without a server files are made without them. */
  async fetch(accounts: readonly AccountId[]): Promise<void> {
    const wanted = accounts.filter((account) => !this.#asked.has(account));
    for (let at = 0; at < wanted.length; at += PEOPLE_PER_REQUEST) {
      const asked = wanted.slice(at, at + PEOPLE_PER_REQUEST);
      for (const account of asked) this.#asked.add(account);
      try {
        for (const { certificates } of await this.ctx.transport.directory(asked))
          for (const each of certificates) this.#keep(each);
      } catch (error) {
        if (error instanceof TransportFailed || error instanceof TransportRefused) return;
        throw error;
      }
    }
  }

  #keep(encoded: string): void {
    try {
      const signed = fromBase64(encoded);
      this.#known.set(decodeCertificate(signed).hash.toHex(), signed);
    } catch (error) {
      if (!isProtocolError(error) && !(error instanceof SyntaxError)) throw error;
    }
  }

  /** Those of a person's pinned devices: the pin says by their hash which they are. */
  *of({ account, devices }: StoredPeer): Generator<ExportedCertificate & Extra> {
    for (const { device, certificateHash } of devices) {
      const signed = this.#known.get(certificateHash.toHex());
      if (signed !== undefined) yield { type: 'certificate', account, device, certificate: toBase64(signed) };
    }
  }
}
