/** One thing that was looked at: how it is, and how to mend it. */
export interface Finding {
  /** A word or two: what was looked at. */
  readonly subject: string;
  readonly level: 'ok' | 'warning' | 'error';
  /** How it is, in one sentence. */
  readonly says: string;
  /** What to do about it; null where nothing is. */
  readonly mend: string | null;
}

/** The findings of one subject, in a line each. */
export const findings = (subject: string) => ({
  ok: (says: string): Finding => ({ subject, level: 'ok', says, mend: null }),
  warning: (says: string, mend: string): Finding => ({ subject, level: 'warning', says, mend }),
  error: (says: string, mend: string): Finding => ({ subject, level: 'error', says, mend }),
});

/** `EACCES` and its like; the message where there is none. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error
    ? String(error.code)
    : error instanceof Error
      ? error.message
      : String(error);
