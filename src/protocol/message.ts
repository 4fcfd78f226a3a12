/**
 * A body: content, padded, signed, sealed once under a random key that travels in each envelope (protocol/README 7).
 *
 *   body header 120 | commitment 32 | AES-256-GCM(padded content [|| signature 3,373]) with its tag 16
 *
 * The commitment, and the body hash in every envelope, stop one ciphertext from opening to two texts [R22].
 */
import {
  BODY_HEADER_BYTES,
  type BodyHeader,
  decodeBodyHeader,
  encodeBodyHeader,
  readBodyHeader,
} from './body-header.ts';
import { concat } from './codec.ts';
import { type Content, contentHash, decodeContent, encodeContent } from './content.ts';
import { malformed, ProtocolError, unauthentic } from './errors.ts';
import { equalBytes, hash, kdf, suiteHash, wipe } from './hash.ts';
import { SIGNATURE_BYTES, type Signer, signHybrid, verifyEach, verifyHybrid } from './identity.ts';
import { pad, unpad } from './padding.ts';
import type { HistoryPayload } from './payload.ts';
import type { Crypto } from './ports.ts';
import { archivedSuite, liveSuite } from './suite.ts';

export { type BodyHeader, decodeBodyHeader } from './body-header.ts';

export interface SealedBody {
  /** What the relay keeps. */
  readonly body: Uint8Array;
  /** 32 B, for the envelopes. */
  readonly contentKey: Uint8Array;
  /** 32 B, for the envelopes. */
  readonly bodyHash: Uint8Array;
  /** Body header as it is signed, 120 B; with content and signature what a `history` payload carries. */
  readonly header: Uint8Array;
  /** Exact content bytes. */
  readonly content: Uint8Array;
  /** 32 B: the next message's `previous`. */
  readonly contentHash: Uint8Array;
  /** 3,373 B; null for a class 2 body that carries no handshake. */
  readonly signature: Uint8Array | null;
}
export interface OpenedBody {
  readonly header: BodyHeader;
  readonly headerBytes: Uint8Array;
  readonly content: Content;
  readonly contentBytes: Uint8Array;
  readonly contentHash: Uint8Array;
  readonly signature: Uint8Array | null;
}

/**
 * Class 1 is signed; class 2 only when it carries handshakes, which need a post-quantum signature (protocol/README 4).
 */
const needsSignature = (header: BodyHeader, content: Content): boolean =>
  header.class === 1 || content.handshakeRoot.length > 0;

/** What the signature "msg" is over: H(bodyHeader) || H(content), 64 B, with the suite's H. */
const signedMessage = (suite: number, header: Uint8Array, content: Uint8Array): Uint8Array =>
  concat(suiteHash(suite, header), suiteHash(suite, content));

/** (K 32, com 32, nonce 12) = KDF(contentKey, bodyId, "body", H(bodyHeader), 76). */
function bodyKeys(header: BodyHeader, headerBytes: Uint8Array, contentKey: Uint8Array) {
  const out = kdf({
    suite: header.suite,
    ikm: contentKey,
    salt: header.bodyId,
    label: 'body',
    context: hash(headerBytes),
    length: 76,
  });
  return { key: out.subarray(0, 32), commitment: out.slice(32, 64), nonce: out.subarray(64) };
}

/**
 * Seals one body under a new content key. Sealing the same content again, after a 409, takes a new bodyId. The signature
 * (16 ms in Bun) is made for class 1, and for class 2 when content.handshakeRoot is there.
 * @param message.device signing pair of the sending device
 * @throws E_FORMAT when header and content do not fit each other, E_LIMIT when the content is too long, E_SUITE
 */
export async function sealBody(
  crypto: Crypto,
  message: { readonly header: BodyHeader; readonly content: Content; readonly device: Signer },
): Promise<SealedBody> {
  const { header, content } = message;
  liveSuite(header.suite);
  const headerBytes = encodeBodyHeader(header);
  const contentBytes = encodeContent(content, header.class);
  const signature = needsSignature(header, content)
    ? await signHybrid(
        crypto,
        message.device,
        'msg',
        signedMessage(header.suite, headerBytes, contentBytes),
        header.suite,
      )
    : null;
  const contentKey = crypto.random(32);
  const { key, commitment, nonce } = bodyKeys(header, headerBytes, contentKey);
  const plain = concat(pad(contentBytes), signature ?? new Uint8Array());
  const sealed = await crypto.provider.aesGcmSeal(key, nonce, plain, concat(headerBytes, commitment));
  wipe(plain);
  const body = concat(headerBytes, commitment, sealed);
  return {
    body,
    contentKey,
    bodyHash: hash(body),
    header: headerBytes,
    content: contentBytes,
    contentHash: contentHash(content),
    signature,
  };
}

/**
 * Opens a body: bodyHash, then commitment, then AEAD, then padding and content. Does not verify the signature; one that
 * is missing where it belongs is E_AUTH [R36].
 * @param sealed.contentKey 32 B, sealed.bodyHash 32 B, both from the envelope
 * @throws E_FORMAT, E_SUITE, E_AUTH
 */
export async function openBody(
  crypto: Crypto,
  sealed: { readonly body: Uint8Array; readonly contentKey: Uint8Array; readonly bodyHash: Uint8Array },
): Promise<OpenedBody> {
  const { body, contentKey } = sealed;
  const { header, bytes } = decodeBodyHeader(body);
  liveSuite(header.suite);
  if (!equalBytes(hash(body), sealed.bodyHash)) throw unauthentic();
  const { key, commitment, nonce } = bodyKeys(header, bytes, contentKey);
  const stated = body.subarray(BODY_HEADER_BYTES, BODY_HEADER_BYTES + 32);
  if (!equalBytes(stated, commitment)) throw unauthentic();
  const associated = body.subarray(0, BODY_HEADER_BYTES + 32);
  const plain = await crypto.provider.aesGcmOpen(
    key,
    nonce,
    body.subarray(BODY_HEADER_BYTES + 32),
    associated,
  );
  return read(header, bytes, ...split(plain));
}

/** Padded lengths are multiples of 256 and a signature is odd, so the length alone says whether there is one. */
function split(plain: Uint8Array): readonly [content: Uint8Array, signature: Uint8Array | null] {
  if (plain.length % 256 === 0) return [unpad(plain), null];
  const end = plain.length - SIGNATURE_BYTES;
  if (end <= 0 || end % 256 !== 0) throw malformed('neither a padded content nor one with its signature');
  return [unpad(plain.subarray(0, end)), plain.slice(end)];
}

function read(
  header: BodyHeader,
  headerBytes: Uint8Array,
  encoded: Uint8Array,
  signature: Uint8Array | null,
): OpenedBody {
  const contentBytes = encoded.slice();
  const content = decodeContent(contentBytes, header.class);
  if (needsSignature(header, content) !== (signature !== null)) throw unauthentic();
  return { header, headerBytes, content, contentBytes, contentHash: contentHash(content), signature };
}

/** Whether both signatures of the body verify under the sending device's key (1,984 B). False when it has none. */
export async function verifyBody(
  crypto: Pick<Crypto, 'provider'>,
  opened: Pick<OpenedBody, 'header' | 'headerBytes' | 'contentBytes' | 'signature'>,
  signingKey: Uint8Array,
): Promise<boolean> {
  if (opened.signature === null) return false;
  const message = signedMessage(opened.header.suite, opened.headerBytes, opened.contentBytes);
  return verifyHybrid(crypto, signingKey, 'msg', message, opened.signature, opened.header.suite);
}

/** Each signature of the body for itself, in the order of the suite's list: for a person to see, never to decide by. */
export async function verifyBodyEach(
  crypto: Pick<Crypto, 'provider'>,
  opened: Pick<OpenedBody, 'header' | 'headerBytes' | 'contentBytes' | 'signature'>,
  signingKey: Uint8Array,
): Promise<readonly boolean[]> {
  if (opened.signature === null) return [];
  const message = signedMessage(opened.header.suite, opened.headerBytes, opened.contentBytes);
  return verifyEach(crypto, signingKey, 'msg', message, opened.signature, opened.header.suite);
}

/**
 * The original that a `history` payload carries, decoded, its signature not yet verified (verifyBody does that, under the
 * certificate of the device that its header names).
 * @throws E_FORMAT, for an original that is not of class 1 too; E_SUITE
 */
export function openOriginal(payload: HistoryPayload): OpenedBody {
  return openSigned(payload, liveSuite);
}

/**
 * The same of an original that lies in an archive, which may be of an older suite. A signature of suite 1 is Ed25519 alone,
 * 64 B, and verifies under the 32 B of that key: it says less than a live one, and who shows it says so.
 * @throws E_FORMAT, E_SUITE
 */
export function openArchived(payload: HistoryPayload): OpenedBody {
  return openSigned(payload, archivedSuite);
}

function openSigned(payload: HistoryPayload, checkSuite: (id: number) => unknown): OpenedBody {
  const header = readBodyHeader(payload.header);
  checkSuite(header.suite);
  if (header.class !== 1) throw new ProtocolError('E_FORMAT', 'only conversation messages are handed on');
  return read(header, payload.header, payload.content, payload.signature);
}
