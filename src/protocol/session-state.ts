/**
 * One session between two devices, as plain immutable data (PROTOCOL 4, 5), and its versioned encoding. Read it through
 * the views of session.ts; only session.ts, ratchet.ts and pq-epoch.ts make new ones.
 */

/** A key that was skipped, kept for the message that is still under way. */
export interface SkippedKey {
  readonly n: number;
  /** Message key, 32 B. */
  readonly key: Uint8Array;
  /** When it was skipped, epoch ms. */
  readonly at: number;
}
/** What is kept of a message that was opened, to tell a replay from a clone. */
export interface Seen {
  readonly n: number;
  /** First 16 bytes of H(header || sealed part). */
  readonly digest: Uint8Array;
  /** Key of the salt's proof, 32 B; says nothing about the message key. */
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
  readonly startedAt: number;
  readonly skipped: readonly SkippedKey[];
  readonly seen: readonly Seen[];
}
/** The chain that this device sends on. */
export interface SendingChain {
  readonly secret: Uint8Array;
  readonly dh: Uint8Array;
  readonly pqe: number;
  readonly chainKey: Uint8Array;
  readonly next: number;
  /** When its first message was sealed, epoch ms. */
  readonly startedAt: number;
}
export interface Ratchet {
  readonly rootKey: Uint8Array;
  /** Null until the first message is sealed. */
  readonly sending: SendingChain | null;
  /** A newer key of the peer was seen: the next send makes a DH step. */
  readonly stepDue: boolean;
  /** For the responder until its first step: the signed prekey's secret, 32 B; empty otherwise. */
  readonly firstSecret: Uint8Array;
  /** The peer's newest ratchet key, 32 B; for the initiator at first the signed prekey; empty when none is known. */
  readonly peerDh: Uint8Array;
  /** Newest first: the current one and 5 old ones. */
  readonly receiving: readonly ReceivingChain[];
}
/** Epochs of the post-quantum ratchet. */
export interface PqState {
  /** The epoch that has entered the root. */
  readonly epoch: number;
  /** Own offer that waits for its answer. */
  readonly offered: { readonly epoch: number; readonly seed: Uint8Array; readonly at: number } | null;
  /** Answered offer: the secret enters the root at the next sending DH step. */
  readonly ready: { readonly epoch: number; readonly secret: Uint8Array } | null;
  /** Answer to the peer's offer, kept until the peer uses it. */
  readonly answered: {
    readonly epoch: number;
    readonly keyHash: Uint8Array;
    readonly ciphertext: Uint8Array;
    readonly secret: Uint8Array;
  } | null;
  /** Messages in both directions, kx apart, since the last offer or epoch. */
  readonly traffic: number;
  /** When `traffic` was last set to zero, epoch ms. */
  readonly since: number;
  /** When the last epoch entered the root, or the session began, epoch ms. */
  readonly advancedAt: number;
  /** When an offer was last sent, epoch ms; 0 for never. */
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
  /** Repeated in every envelope until the peer's first answer; null afterwards and for the responder. */
  readonly init: InitFields | null;
  /** Time of the first message that the peer has not answered, over replaced sessions too; null when answered. */
  readonly unansweredSince: number | null;
  readonly ratchet: Ratchet;
  readonly pq: PqState;
}

/** Encodes a session, versioned. It holds every secret: seal it at rest. */
export function encodeSession(_session: Session): Uint8Array {
  throw new Error('unfinished');
}
/** Decodes a session. @throws E_FORMAT, for an unknown version too */
export function decodeSession(_bytes: Uint8Array): Session {
  throw new Error('unfinished');
}
