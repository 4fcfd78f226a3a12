/** One end of a move: a database, and where the bytes of its files lie. */
import type { Blobs } from '../../blobs/blobs.ts';
import type { Db } from '../../store/db.ts';

export interface End {
  /** As people are told it: a folder, or an address without a password. */
  readonly label: string;
  readonly db: Db;
  readonly blobs: Blobs;
  /** Where those are; two ends of which this is the same share them. */
  readonly blobPlace: string;
  /** Throws MoveRefused, with what to stop, while anybody else is at work on it. */
  checkQuiet(): Promise<void>;
  /** Gives it back to whoever comes next. */
  close(): Promise<void>;
}

/** What is read out of a whole database besides its rows; the same code as everywhere else. */
export interface Witnesses {
  /** The audit log, walked from its beginning. */
  audit(db: Db): Promise<AuditFound>;
  /** Root of the tree over all leaves of the transparency log, hexadecimal. */
  logRoot(db: Db): Promise<string>;
}

export interface AuditFound {
  readonly entries: number;
  /** Hash of the newest row, hexadecimal. */
  readonly head: string;
  /** The first row that is not what was written; null when all are right. */
  readonly broken: number | null;
}

/** Where a move is, for whoever waits for it. */
export interface Step {
  readonly step: 'copy' | 'compare' | 'files';
  /** Name of the table; empty for files. */
  readonly table: string;
  readonly done: number;
  readonly of: number;
}
export type Told = (step: Step) => void;
