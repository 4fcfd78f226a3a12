/** Structured logs: one JSON object a line on standard error. Never content, keys, tokens or query strings. */
export type Fields = Readonly<Record<string, string | number | boolean | null>>;
export type Level = 'debug' | 'info' | 'warn' | 'error';

export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

const ORDER: Readonly<Record<Level, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** A log that writes lines of at least `level` with the time from `clock`. */
export function createLog(
  level: Level,
  clock: () => number,
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log {
  const at =
    (own: Level) =>
    (message: string, fields: Fields = {}) => {
      if (ORDER[own] < ORDER[level]) return;
      write(`${JSON.stringify({ time: new Date(clock()).toISOString(), level: own, message, ...fields })}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** For tests that do not look at the log. */
export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
