/** What the values of options mean: numbers, times, how long something stays. */
import { WrongUse } from './failures.ts';

const MINUTE_MS = 60_000;
const LIFETIME_UNITS: Readonly<Record<string, number>> = {
  m: MINUTE_MS,
  h: 60 * MINUTE_MS,
  d: 24 * 60 * MINUTE_MS,
  w: 7 * 24 * 60 * MINUTE_MS,
};

/** Milliseconds of `30m`, `12h`, `7d`, `2w`; null for "never". @throws WrongUse */
export function lifetime(name: string, value: string): number | null {
  if (value === 'never') return null;
  const [, amount = '', unit = ''] = /^(\d{1,5})([mhdw])$/.exec(value) ?? [];
  const ms = Number(amount) * (LIFETIME_UNITS[unit] ?? Number.NaN);
  if (amount === '' || !(ms > 0))
    throw new WrongUse(`--${name} takes 30m, 12h, 7d, 2w or never, not "${value}".`);
  return ms;
}

/** A whole number from 1. @throws WrongUse */
export function wholeNumber(name: string, value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number) || number < 1)
    throw new WrongUse(`--${name} takes a whole number from 1, not "${value}".`);
  return number;
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1000,
  ki: 1024,
  m: 1000 ** 2,
  mi: 1024 ** 2,
  g: 1000 ** 3,
  gi: 1024 ** 3,
};

/** Bytes of `500kB`, `20MB`, `1.5GiB`; a bare number is bytes. @throws WrongUse */
export function byteSize(name: string, value: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)\s?(?:([kmg]i?)?b)?$/i.exec(value) ?? [];
  const bytes = Math.floor(Number(amount) * (SIZE_UNITS[unit.toLowerCase()] ?? Number.NaN));
  if (amount === '' || !Number.isSafeInteger(bytes))
    throw new WrongUse(`--${name} takes a size such as 500kB, 20MB or 1.5GB, not "${value}".`);
  return bytes;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** The longest delay that a timer takes, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds of `500ms`, `10s`, `5m`, `1h`; null for "none". A bare number is seconds. @throws WrongUse */
export function duration(name: string, value: string): number | null {
  if (value === 'none') return null;
  const [, amount = '', unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(value) ?? [];
  const ms = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (amount === '' || !(ms >= 0 && ms <= LONGEST_MS))
    throw new WrongUse(`--${name} takes a time such as 500ms, 10s, 5m or 1h, not "${value}".`);
  return ms;
}
