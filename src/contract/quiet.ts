/** When a person does not want to be disturbed, on any of their devices. */
export interface Quiet {
  /** Not before this, epoch milliseconds; 0 for no such time. */
  readonly until: number;
  /** Every day between these, minutes of the local day; it may go over midnight. Null for never. */
  readonly daily: { readonly from: number; readonly to: number } | null;
}

export const MINUTES_PER_DAY = 24 * 60;

/** Whether this is a moment of quiet. `minute` is of the local day. */
export function isQuiet({ until, daily }: Quiet, now: number, minute: number): boolean {
  if (now < until) return true;
  if (daily === null) return false;
  const { from, to } = daily;
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}
