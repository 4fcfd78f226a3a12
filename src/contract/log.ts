/** The transparency log as the server shows it. Records are those of src/protocol/transparency.ts. */
import type { Base64 } from './bytes.ts';

/** GET /api/v1/log?from=N: the leaves from place N on, LEAVES_PER_PAGE at most, and the log's head as it is now. */
export interface LogPage {
  readonly head: Base64; // signed
  /** Records without their signatures. */
  readonly leaves: readonly Base64[];
  /** The head covers more than was given. */
  readonly more: boolean;
  /** When the server was restored from a backup the last time, epoch milliseconds: what came after that backup is missing here. */
  readonly restored: number | null;
}

/** GET /api/v1/log/consistency?from=M&to=N: that the tree of N leaves continues the one of M (RFC 6962, 2.1.2). */
export interface LogConsistency {
  /** 32 bytes each. */
  readonly path: readonly Base64[];
}
