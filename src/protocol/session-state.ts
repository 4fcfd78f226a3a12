/**
 * One session between two devices, as plain immutable data (protocol/README 9), and its versioned encoding. Read it
 * through the views of session.ts; only session.ts, ratchet.ts and pq-epoch.ts make new ones.
 */

/** Keys of one message: message key 32 B || proof key 32 B. */
export type MessageKeys = Uint8Array;
/** A key that was skipped, kept for the message that is still under way. */
export interface SkippedKey {
  readonly n: number;
  readonly keys: MessageKeys;
  /** When it was skipped, epoch ms. */
  readonly at: number;
}
/** What is kept of a message that was opened, to tell a replay from a clone. */
export interface Seen {
  readonly n: number;
  /** envelopeDigest (envelope.ts), 32 B. */
  readonly digest: Uint8Array;
  /** 32 B, proves the salt; says nothing about the message key. */
  readonly proofKey: Uint8Array;
}
/** One chain that the peer sends on. */
export interface ReceivingChain {
  /** Peer's ratchet key, 32 B. */
  readonly dh: Uint8Array;
  readonly pqe: number;
  /** 32 B; empty once a newer chain has begun. */
  readonly chainKey: Uint8Array;
  /** Number of the next message. */
  readonly next: number;
  readonly skipped: readonly SkippedKey[];
  /** The latest ones, oldest first. */
  readonly seen: readonly Seen[];
}
/** The chain that this device sends on. */
export interface SendingChain {
  readonly dh: Uint8Array;
  readonly pqe: number;
  readonly chainKey: Uint8Array;
  /** Number of the next message. */
  readonly next: number;
  /** Messages of the chain before. */
  readonly pn: number;
  /** When its first message was sealed, epoch ms. */
  readonly startedAt: number;
}
export interface Ratchet {
  readonly rootKey: Uint8Array;
  /** The key pair that the peer's next ratchet key will meet; null once it has. The signed prekey, for a new responder. */
  readonly own: { readonly secret: Uint8Array; readonly dh: Uint8Array } | null;
  /** Null until the first message is sealed. */
  readonly sending: SendingChain | null;
  /** The next send makes a DH step: a newer key of the peer is known. */
  readonly stepDue: boolean;
  /** The peer's newest ratchet key, 32 B: for an initiator at first the signed prekey, for a responder at first empty. */
  readonly peerDh: Uint8Array;
  /** Newest first: the current one and 5 old ones. */
  readonly receiving: readonly ReceivingChain[];
}
/** Epochs of the post-quantum ratchet. */
export interface PqState {
  /** The epoch that has entered the root. */
  readonly epoch: number;
  /** Own offer that waits for its answer: the KEM seed (64 B) and H of the key (32 B). */
  readonly offered: {
    readonly epoch: number;
    readonly seed: Uint8Array;
    readonly keyHash: Uint8Array;
  } | null;
  /** Own offer, answered: the secret (32 B) enters the root at the next sending DH step. */
  readonly ready: { readonly epoch: number; readonly secret: Uint8Array } | null;
  /** Answer to the peer's offer, kept until the peer uses it. */
  readonly answered: {
    readonly epoch: number;
    readonly keyHash: Uint8Array;
    readonly ciphertext: Uint8Array;
    readonly secret: Uint8Array;
    readonly sent: boolean;
  } | null;
  /** Messages in both directions, kx apart, since the last offer or epoch. */
  readonly traffic: number;
  /** When `traffic` was last set to zero, epoch ms. */
  readonly since: number;
  /** When the last epoch entered the root, or the session began, epoch ms. */
  readonly advancedAt: number;
  /** When an offer was last made, epoch ms; 0 for never. */
  readonly offeredAt: number;
}
/** The fields of a type 2 envelope that name and prove the handshake. */
export interface InitFields {
  readonly certificateA: Uint8Array;
  readonly certificateB: Uint8Array;
  readonly signedPrekeyId: number;
  /** Null for a session begun without a one-time key. */
  readonly oneTimeId: number | null;
  readonly ephemeral: Uint8Array;
  /** KEM ciphertext, 1,088 B. */
  readonly ciphertext: Uint8Array;
  /** sid of the session that the initiator gives up for this one, 16 B; zeros for none. */
  readonly replaces: Uint8Array;
}
export interface Session {
  readonly suite: number;
  readonly role: 'initiator' | 'responder';
  /** 16 B. */
  readonly sid: Uint8Array;
  /** T, 32 B: the leaf of the handshake tree. */
  readonly transcript: Uint8Array;
  /** AD0, 32 B. */
  readonly binding: Uint8Array;
  readonly self: { readonly account: Uint8Array; readonly device: Uint8Array };
  readonly peer: {
    readonly account: Uint8Array;
    readonly device: Uint8Array;
    /** H(signing key of its certificate), 32 B. */
    readonly signingKeyHash: Uint8Array;
  };
  readonly createdAt: number;
  /** The peer's handshake signature was verified; always true for the initiator. */
  readonly verified: boolean;
  /** When it became receive-only, epoch ms; null while it may send. Never goes back. */
  readonly archivedAt: number | null;
  readonly usedOneTime: boolean;
  /** sid of the session that its initiator gave up for it and that the other side may know, 16 B; zeros for none. */
  readonly replaces: Uint8Array;
  /** Repeated in every envelope until the peer's first answer; null afterwards and for the responder. */
  readonly init: InitFields | null;
  /** Time of the first message that the peer has not answered, over replaced sessions too; null when answered. */
  readonly unansweredSince: number | null;
  /** The peer writes on a session that this one has won over, so it has not heard of this one: say something here. */
  readonly reminderDue: boolean;
  /** When that was last done, epoch ms; 0 for never. */
  readonly remindedAt: number;
  readonly ratchet: Ratchet;
  readonly pq: PqState;
}

/** Whether this session may seal: its handshake is verified and it is not receive-only. */
export function maySend(session: Session): boolean {
  return session.verified && session.archivedAt === null;
}
