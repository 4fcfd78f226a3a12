/** Records as JSON Lines: one object a line, so that a file of any length is written and read without holding it. */
import type { Written } from './export-records.ts';

/** Control characters and those that turn the direction of a line around: written as escapes, so that looking at a file is safe. */
const ESCAPED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON on one line. */
export const safeJson = (value: unknown): string =>
  JSON.stringify(value).replace(ESCAPED, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

export const jsonLine = (record: Written): string => `${safeJson(record)}\n`;
