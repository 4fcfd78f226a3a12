/** How much of one's room at the server is taken. */
import type { Engine } from '../../client/engine-types.ts';
import type { FileUsage } from '../../contract/files.ts';
import { plural, t } from '../../contract/words.ts';
import { byteSize } from '../byte-size.ts';
import { draw } from '../draw.ts';

/** Nothing, and null, where the server does not say. */
export async function drawUsage(client: Engine, place: HTMLElement): Promise<FileUsage | null> {
  const usage = await (await client.files()).usage().catch(() => null);
  if (!usage) return null;
  const { used, limit, maxFileBytes, defaultExpiryDays } = usage;
  const words = t('{used} of {limit} used', { used: byteSize(used), limit: byteSize(limit) });
  const meter = draw('meter', {
    min: '0',
    max: String(limit),
    high: String(limit * 0.9),
    'aria-label': words,
  });
  meter.value = used;
  const most = t('Up to {size} a file.', { size: byteSize(maxFileBytes) });
  const stays =
    defaultExpiryDays === null
      ? t('Files stay until somebody deletes them.')
      : plural(defaultExpiryDays, 'Files are deleted after {n} day.', 'Files are deleted after {n} days.');
  place.replaceChildren(meter, draw('p', {}, draw('b', {}, words), ` · ${most} ${stays}`));
  return usage;
}
