/**
 * Leaves of the transparency log that clients sign for their device lists, checked and appended (protocol/README 11,
 * "Transparency").
 */
import { fromHex } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { equalBytes } from '../protocol/hash.ts';
import type { Crypto } from '../protocol/ports.ts';
import { type LogLeaf, verifyLogLeaf } from '../protocol/transparency.ts';
import type { Tx } from '../store/db.ts';
import type { DeviceListRow } from '../store/devices.ts';
import { appendLeaf, type LeafRow, lastLeaf } from '../store/leaves.ts';
import { invalid, Refusal } from './refusal.ts';

/** Whose leaf it is. */
export interface Logged {
  readonly account: AccountId;
  readonly username: string;
  /** Hybrid public key, 1,984 bytes. */
  readonly aik: Uint8Array;
}

/** A signed device list and the signed leaf for it, as they come. */
export interface PublishedList {
  readonly deviceList: Uint8Array;
  readonly leaf: Uint8Array;
}

/** A leaf that says what its list says. */
export interface VerifiedLeaf {
  readonly row: LeafRow;
  readonly leaf: LogLeaf;
}

/** The leaf of this list, by the account's key. ValidationError on `leaf`. */
export async function verifyLeaf(
  crypto: Crypto,
  who: Logged,
  signed: Uint8Array,
  list: Pick<DeviceListRow, 'hash' | 'vault_version'>,
): Promise<VerifiedLeaf> {
  const refuse = (sentence: string) => invalid({ leaf: [sentence] });
  try {
    const { leaf, hash, encoded } = await verifyLogLeaf(crypto, signed, {
      aik: who.aik,
      account: fromHex(who.account),
    });
    if (
      leaf.username !== who.username ||
      leaf.vaultVersion !== list.vault_version ||
      !equalBytes(leaf.deviceList, list.hash)
    )
      throw refuse('This entry for the log is not about this device list.');
    const signature = signed.slice(encoded.length);
    return { row: { account: who.account, version: leaf.version, hash, leaf: encoded, signature }, leaf };
  } catch (error) {
    if (error instanceof ProtocolError)
      throw refuse("This entry for the log does not verify under the account's key.");
    throw error;
  }
}

/** Appends a leaf in the write that stores its list. Conflict when it does not follow the account's newest one. */
export async function storeLeaf(tx: Tx, { row, leaf }: VerifiedLeaf): Promise<void> {
  const before = await lastLeaf(tx, row.account);
  const follows =
    row.version === (before?.version ?? 0) + 1 && (before === null || equalBytes(leaf.previous, before.hash));
  if (!follows)
    throw new Refusal('Conflict', 'Your devices were changed elsewhere at the same time. Try again.');
  await appendLeaf(tx, row);
}
