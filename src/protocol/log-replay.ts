/**
 * The whole transparency log, replayed leaf by leaf (protocol/README 11, "Transparency"): what it says of each account
 * and name, and the root that it had at any size. Signatures are not looked at here: whoever pins an account verifies
 * its newest leaf.
 */
import { ProtocolError } from './errors.ts';
import { equalBytes, sha256 } from './hash.ts';
import { MerkleLog } from './merkle-log.ts';
import { decodeLogLeaf, type PlacedLeaf } from './transparency.ts';

/** What a leaf brought: an account's first one, the next list of its devices, or another identity under the account. */
export type LeafChange = 'joined' | 'devices' | 'identity';

const refused = (why: string): ProtocolError => new ProtocolError('E_KT', why);

/** Where an account stands in the log. */
export interface LoggedAccount extends PlacedLeaf {
  /** Place of the newest leaf in the tree, from 0. */
  readonly index: number;
}

export class LogReplay {
  private readonly tree: MerkleLog;
  /** By account, hexadecimal. */
  private readonly accounts: Map<string, LoggedAccount>;
  private readonly names: Map<string, Uint8Array>;
  private lastRoot: { readonly size: number; readonly root: Uint8Array } | null = null;

  constructor(from?: LogReplay) {
    this.tree = from?.tree.copy() ?? new MerkleLog(sha256);
    this.accounts = new Map(from?.accounts);
    this.names = new Map(from?.names);
  }

  /** Another one that stands where this one does: what is tried there leaves this one alone. */
  copy(): LogReplay {
    return new LogReplay(this);
  }

  get size(): number {
    return this.tree.size;
  }

  /**
   * Takes the next leaf, a record without its signature. What is refused changes nothing.
   * @throws E_FORMAT for no leaf; E_KT for a number or predecessor that does not follow, a name that is somebody else's,
   *   or an account under another name: there are no renames
   */
  append(encoded: Uint8Array): { readonly leaf: PlacedLeaf['leaf']; readonly change: LeafChange } {
    const placed = decodeLogLeaf(encoded);
    const { leaf, hash } = placed;
    const key = leaf.account.toHex();
    const before = this.accounts.get(key) ?? null;
    checkSuccession(placed, before);
    const owner = this.names.get(leaf.username);
    if (owner !== undefined && !equalBytes(owner, leaf.account))
      throw refused('a username that belongs to another account');
    const index = this.tree.size;
    this.tree.append(hash);
    this.accounts.set(key, { leaf, hash, index });
    this.names.set(leaf.username, leaf.account);
    if (before === null) return { leaf, change: 'joined' };
    return { leaf, change: equalBytes(before.leaf.identity, leaf.identity) ? 'devices' : 'identity' };
  }

  /** The root that the log had at this size, 32 B. @throws E_FORMAT beyond its own size */
  root(size = this.size): Uint8Array {
    // Most questions are about the newest head.
    if (this.lastRoot?.size !== size) this.lastRoot = { size, root: this.tree.root(size) };
    return this.lastRoot.root;
  }

  /** The hashes that show that size `to` continues size `from`. @throws E_FORMAT for sizes that it has not had */
  consistency(from: number, to: number): Uint8Array[] {
    return this.tree.consistency(from, to);
  }

  /** The newest leaf of an account (16 B), or null. */
  account(account: Uint8Array): LoggedAccount | null {
    return this.accounts.get(account.toHex()) ?? null;
  }

  /** Whose name this is: an account (16 B), or null for nobody's. */
  named(username: string): Uint8Array | null {
    return this.names.get(username) ?? null;
  }

  /** The newest leaf of everybody, in the order in which they joined. */
  everybody(): readonly LoggedAccount[] {
    return [...this.accounts.values()];
  }
}

function checkSuccession({ leaf }: PlacedLeaf, before: LoggedAccount | null): void {
  if (leaf.version !== (before?.leaf.version ?? 0) + 1)
    throw refused('a leaf whose number does not follow the account’s last one');
  if (before === null) return;
  if (!equalBytes(leaf.previous, before.hash)) throw refused('a leaf that follows another one than is here');
  if (leaf.username !== before.leaf.username) throw refused('an account under another name');
}
