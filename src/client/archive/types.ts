/** Files of messages: out of this device, and into it. */

import type { ExportFormat } from '../../contract/export.ts';
import type { ConversationId } from '../../contract/ids.ts';

export interface ExportChoice {
  /** Null for all of them. */
  readonly conversation: ConversationId | null;
  readonly format: ExportFormat;
  /** Messages so far. */
  readonly progress?: (messages: number) => void;
}

/** What the signatures of a message in a file are worth here. */
export type Proof =
  /** A device that is pinned here has signed these words. */
  | 'verified'
  /** Signed by a device that the sender's pinned identity has certified and does not list any more. */
  | 'gone'
  /** Signed, and the identity is not known here. */
  | 'stranger'
  /** Signed for another conversation than the one it is taken into. */
  | 'elsewhere'
  /** Of an older encryption, with one signature that holds. */
  | 'older'
  /** No signature, or one that does not hold. */
  | 'none';

/** What is in a file, before anything of it is taken. */
export interface Preview {
  readonly format: ExportFormat;
  readonly messages: number;
  /** Of them, here already. */
  readonly known: number;
  readonly proofs: Readonly<Record<Proof, number>>;
  /** Sender's clocks, epoch milliseconds; null for no messages. */
  readonly first: number | null;
  readonly last: number | null;
  readonly conversations: readonly {
    readonly id: ConversationId;
    readonly name: string | null;
    readonly messages: number;
    /** Its messages can be taken where they were said. */
    readonly isHere: boolean;
  }[];
  /** Records that this release does not know. */
  readonly passed: number;
  /** The file has no end: somebody or something has cut it off. */
  readonly isCut: boolean;
}

export interface Imported {
  readonly added: number;
  /** Here before; nothing of them was changed. */
  readonly known: number;
  /** Over, forgotten here, or of a conversation that is not known here. */
  readonly refused: number;
  readonly verified: number;
  readonly isCut: boolean;
}

export interface ImportChoice {
  /** Takes everything into this conversation; null for each where it was said. */
  readonly into: ConversationId | null;
  /** Messages that were looked at so far. */
  readonly progress?: (messages: number) => void;
}

/** A text, piece by piece. */
export type Pieces = AsyncIterable<string>;

/** Throws Error with one sentence, which names line and field where a file is not what it should be. */
export interface Archive {
  /** The file, piece by piece; nothing in it is encrypted. */
  export(choice: ExportChoice): Pieces;
  /** Whether it can be read to its end; gives its messages. Looks at no signature. */
  check(file: Pieces): Promise<number>;
  /** Reads it to its end and takes nothing. */
  preview(file: Pieces, choice: ImportChoice): Promise<Preview>;
  /** Takes its messages, in batches: what was taken stays when a later line stops it, and doubles nothing when it is begun again. */
  import(file: Pieces, choice: ImportChoice): Promise<Imported>;
}
