/**
 * Bars over time, drawn by the server: no script, no style of its own. An attribute names the picture: `<title>` and `<desc>` of SVG are
 * places where a parser changes over to HTML, and fragments may not have them.
 */
import { locale, t } from '../../src/contract/words.ts';

export interface Bar {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Null: nothing is known of this time. */
  readonly value: number | null;
}

const WIDTH = 480;
const HEIGHT = 96;
/** Between two bars, of the room for one. */
const GAP = 0.25;

export function Chart({
  title,
  said,
  bars,
  when,
  written,
}: {
  title: string;
  /** What the picture says, in a few words. */
  said: string;
  bars: readonly Bar[];
  when: (at: number) => string;
  written: (value: number) => string;
}) {
  const most = Math.max(0, ...bars.map(({ value }) => value ?? 0));
  const room = WIDTH / Math.max(1, bars.length);
  return (
    <figure class="chart">
      <figcaption>
        <b safe>{title}</b> <span safe>{said}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}: ${said}`}>
        {bars.map(({ value }, index) => {
          if (value === null || value === 0) return '';
          const height = Math.max(2, (value / most) * (HEIGHT - 2));
          return (
            <rect
              x={(room * (index + GAP / 2)).toFixed(1)}
              y={(HEIGHT - height).toFixed(1)}
              width={(room * (1 - GAP)).toFixed(1)}
              height={height.toFixed(1)}
              rx="1.5"
            />
          );
        })}
        <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      </svg>
      <p class="chart-ends" aria-hidden="true">
        <span safe>{when(bars[0]?.at ?? 0)}</span>
        <span safe>{most === 0 ? '' : t('at most {n}', { n: written(most) })}</span>
        <span safe>{when(bars.at(-1)?.at ?? 0)}</span>
      </p>
    </figure>
  );
}

export const wholeNumber = (n: number): string => new Intl.NumberFormat(locale()).format(Math.round(n));
