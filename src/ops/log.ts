/**
 * Structured logs: one JSON object a line on standard error, each with time, level and message, and with the id of the request
 * that it was written for. Never content, keys, tokens or query strings: nothing is redacted because nothing of it is given.
 */
import pino from 'pino';
import { served } from './serving.ts';

export type Fields = Readonly<Record<string, string | number | boolean | null>>;
export type Level = 'debug' | 'info' | 'warn' | 'error';

export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** A log that writes lines of at least `level` with the time from `clock`. */
export function createLog(
  level: Level,
  clock: () => number,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log {
  const lines = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(clock()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin() {
        const request = served();
        return request ? { request: request.id } : {};
      },
    },
    { write },
  );
  const at =
    (own: Level) =>
    (message: string, fields: Fields = {}) =>
      lines[own](fields, message);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** For tests that do not look at the log. */
export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
