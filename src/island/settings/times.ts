/** Times of the settings in the reader's own zone, which the server does not know. */
import { momentOf } from '../times.ts';

/** Writes `time[data-moment]` anew, where the server wrote UTC. */
export function writeMoments(page: ParentNode): void {
  for (const time of page.querySelectorAll<HTMLTimeElement>('time[data-moment]')) {
    const at = Date.parse(time.dateTime);
    if (!Number.isNaN(at)) time.textContent = momentOf(at);
  }
}
