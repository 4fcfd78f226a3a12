/** Tokens by which programs call the API in somebody's name, for as little as they need. */
import type { DeviceId } from './ids.ts';
import type { Scope } from './scopes.ts';

/** What a token begins with, so that people and scanners of leaked secrets know one; then 32 bytes in base64url. */
export const TOKEN_PREFIX = 'sotto_';
export const TOKEN_PATTERN = /^sotto_[A-Za-z0-9_-]{43}$/;

/** Days that a token can last. */
export const TOKEN_DAYS = [30, 90, 365] as const;
export type TokenDays = (typeof TOKEN_DAYS)[number];
/** Characters of a token's name, at most. */
export const MAX_TOKEN_NAME = 64;
/** Tokens of one account at a time. */
export const MAX_TOKENS = 50;
/** The last use is noted to this many milliseconds: an hour. */
export const TOKEN_USE_MS = 3600_000;

/** POST PATHS.tokens -> 201 TokenCreated: it acts for the session's device and ends with it. */
export interface TokenRequest {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly days: TokenDays;
}

/** GET PATHS.tokens -> TokenRecord[]; GET PATHS.token -> TokenRecord, of the token that asks. */
export interface TokenRecord {
  /** Names it in lists and in the audit; nothing can be done with it. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly device: DeviceId;
  /** Epoch milliseconds, as all of these. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** To the hour; null for one that nobody used yet. */
  readonly lastUsedAt: number | null;
}

export interface TokenCreated extends TokenRecord {
  /** Shown once: the server keeps its hash alone. */
  readonly token: string;
}
