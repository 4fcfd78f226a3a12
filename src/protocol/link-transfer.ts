/**
 * What an existing device gives to a new one (protocol/README 10, "Approving a device"; R38): sealed to the one-off
 * keys of a link request whose code a person has carried over, so that only that very place can read it. Both screens
 * then show the same check: the server, which could seal an answer of its own, knows neither key and has one guess in
 * 33 million.
 */
import { concat } from './codec.ts';
import { COMMITTING_OVERHEAD, openCommitting, sealCommitting } from './committing.ts';
import { toCrockford } from './crockford.ts';
import { KEM_CIPHERTEXT_BYTES } from './envelope.ts';
import { unauthentic } from './errors.ts';
import { equalBytes, kdf, wipe } from './hash.ts';
import { SIGNING_KEY_BYTES } from './identity.ts';
import { type LinkRequest, linkHash, linkRequestRecord } from './link-request.ts';
import type { Crypto } from './ports.ts';
import { bytes, fixed, type RecordOf, record, text } from './record.ts';
import { ACTIVE_SUITE } from './suite.ts';

/** Bytes of signed records, at most: a certificate with one signature, a device list, a leaf of the log. */
const MAX_CERTIFIED_BYTES = 6 * 1024;
const MAX_LIST_BYTES = 24 * 1024;
const MAX_LEAF_BYTES = 8 * 1024;
const MAX_GRANT_BYTES = MAX_CERTIFIED_BYTES + MAX_LIST_BYTES + MAX_LEAF_BYTES + 4 * 1024;
/** Characters of the check: 25 bits. */
const CHECK_CHARACTERS = 5;

/** To what an answer belongs: the request, the account, and the two halves of the key agreement. */
const contextRecord = record(19, 'link context', {
  /** H of the request, 32 B. */
  request: fixed(32),
  account: fixed(16),
  ephemeral: fixed(32),
  ciphertext: fixed(KEM_CIPHERTEXT_BYTES),
});

const linkGrantRecord = record(20, 'link grant', {
  account: fixed(16),
  username: text(64),
  name: text(512),
  /** The account's public key, 1,984 B: what the new device pins. */
  aik: fixed(SIGNING_KEY_BYTES),
  /** The certificate with the account's signature; the device adds its own. */
  certificate: bytes(MAX_CERTIFIED_BYTES),
  /** The signed list that names it. */
  deviceList: bytes(MAX_LIST_BYTES),
  /** The signed leaf of the transparency log for that list. */
  leaf: bytes(MAX_LEAF_BYTES),
  /** Public key of the workspace's log, 1,984 B, as the existing device has pinned it. */
  logKey: fixed(SIGNING_KEY_BYTES),
  /** From the vault, 32 B: wraps the local key of the new place. */
  deviceWrapKey: fixed(32),
  /** From the vault, 32 B: opens the backup of the account's history. */
  backupKey: fixed(32),
});
export type LinkGrant = RecordOf<typeof linkGrantRecord>;

const answerRecord = record(21, 'link answer', {
  account: fixed(16),
  ephemeral: fixed(32),
  ciphertext: fixed(KEM_CIPHERTEXT_BYTES),
  box: bytes(MAX_GRANT_BYTES + COMMITTING_OVERHEAD),
});
/** Bytes of an answer, at most. */
export const MAX_LINK_ANSWER_BYTES = MAX_GRANT_BYTES + 2048;

/** Private halves of a request's one-off keys: X25519 32 B, ML-KEM seed 64 B. */
export interface TransferSecrets {
  readonly x25519: Uint8Array;
  readonly kem: Uint8Array;
}

/** Key of the box, and what both screens show. */
function keysOf(agreed: Uint8Array, shared: Uint8Array, context: Uint8Array) {
  const ikm = concat(new Uint8Array(32).fill(0xff), agreed, shared);
  const all = kdf({ ikm, salt: new Uint8Array(), label: 'link-transfer', context, length: 36 });
  wipe(ikm, agreed, shared);
  const check = toCrockford(all.subarray(32)).slice(0, CHECK_CHARACTERS);
  return { key: all.slice(0, 32), check };
}

/**
 * Seals a grant for the place that made this request.
 * @param request encoded, as its code was compared
 * @returns the answer for the server to hand on, and the check for the person: five characters
 * @throws E_FORMAT, and E_AUTH for transfer keys that are none
 */
export async function sealLinkGrant(
  crypto: Crypto,
  request: Uint8Array,
  grant: LinkGrant,
): Promise<{ readonly answer: Uint8Array; readonly check: string }> {
  const { provider, random } = crypto;
  const { transferKey, transferKem } = linkRequestRecord.decode(request);
  const secret = random(32);
  const ephemeral = await provider.x25519PublicKey(secret);
  const { ciphertext, sharedSecret } = await provider.mlKemEncapsulate(ACTIVE_SUITE, transferKem, random(32));
  const { account } = grant;
  const associated = contextRecord.encode({ request: linkHash(request), account, ephemeral, ciphertext });
  const { key, check } = keysOf(await provider.x25519(secret, transferKey), sharedSecret, associated);
  const plaintext = linkGrantRecord.encode(grant);
  const box = await sealCommitting(crypto, { key, label: 'link', associated }, plaintext);
  wipe(secret, key, plaintext);
  return { answer: answerRecord.encode({ account, ephemeral, ciphertext, box }), check };
}

/**
 * Opens the answer to one's own request.
 * @throws E_FORMAT, E_AUTH for an answer to another request, for another account than it says, or under other keys
 */
export async function openLinkGrant(
  crypto: Pick<Crypto, 'provider'>,
  request: LinkRequest,
  secrets: TransferSecrets,
  answer: Uint8Array,
): Promise<{ readonly grant: LinkGrant; readonly check: string }> {
  const { provider } = crypto;
  const { account, ephemeral, ciphertext, box } = answerRecord.decode(answer);
  const associated = contextRecord.encode({
    request: linkHash(linkRequestRecord.encode(request)),
    account,
    ephemeral,
    ciphertext,
  });
  const { key, check } = keysOf(
    await provider.x25519(secrets.x25519, ephemeral),
    await provider.mlKemDecapsulate(ACTIVE_SUITE, secrets.kem, ciphertext),
    associated,
  );
  const plaintext = await openCommitting({ provider }, { key, label: 'link', associated }, box);
  wipe(key);
  const grant = linkGrantRecord.decode(plaintext);
  wipe(plaintext);
  if (!equalBytes(grant.account, account)) throw unauthentic();
  return { grant, check };
}
