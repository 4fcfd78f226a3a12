/** How much of what may be taken is taken: a bar, and the same in words. */
import { t } from '../../src/contract/words.ts';

/** From here on, of the whole, one should do something about it. */
const NEARLY_FULL = 0.9;

export function StorageBar({
  label,
  used,
  limit,
  named = false,
}: {
  label: string;
  used: number;
  limit: number;
  /** The label is shown too, where nothing beside the bar says what it is of. */
  named?: boolean;
}) {
  const isNearlyFull = used > limit * NEARLY_FULL;
  const words = t('{used} of {limit}', { used: { bytes: used }, limit: { bytes: limit } });
  return (
    <div class="storage-bar">
      <meter
        {...(isNearlyFull ? { class: 'full' } : {})}
        aria-label={label}
        aria-valuetext={words}
        min="0"
        max={String(Math.max(1, limit))}
        value={String(Math.min(used, Math.max(1, limit)))}
      />
      <small safe>{named ? `${label}: ${words}` : words}</small>
    </div>
  );
}
