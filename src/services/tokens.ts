/** Tokens of programs: made by somebody who has just shown who they are, looked up at each call, ended. */
import type { DeviceSession } from '../auth/sessions.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { may } from '../contract/permissions.ts';
import { SCOPES, type Scope } from '../contract/scopes.ts';
import {
  MAX_TOKENS,
  TOKEN_PATTERN,
  TOKEN_PREFIX,
  TOKEN_USE_MS,
  type TokenCreated,
  type TokenRecord,
  type TokenRequest,
} from '../contract/tokens.ts';
import { sentence } from '../contract/words.ts';
import type { Ports } from '../deps.ts';
import * as store from '../store/tokens.ts';
import type { Audit } from './audit.ts';
import { invalid, Refusal } from './refusal.ts';

export interface Tokens {
  /** Acts for the session's device. Forbidden for a scope that the role does not have, Conflict above MAX_TOKENS. */
  create(session: DeviceSession, request: TokenRequest): Promise<TokenCreated>;
  list(account: AccountId): Promise<readonly TokenRecord[]>;
  /** NotFound when the account has none of this id. Open sockets of it end at once. */
  revoke(account: AccountId, id: string): Promise<void>;
  /**
   * The session that a token stands for. NotSignedIn for one that is none, or none any more, and Forbidden when it may not do this
   * (`asked` are the scopes of the call, null for a call that takes no token).
   */
  enter(token: string, asked: readonly Scope[] | null): Promise<DeviceSession>;
  /** The token of a session that `enter` gave. */
  own(session: DeviceSession): Promise<TokenRecord>;
  /** Deletes what ended a month ago; run by a job. */
  expire(): Promise<void>;
}

const DAY_MS = 24 * 3600_000;
/** What has ended stays in the list for so long: whoever looks for why a program stopped finds it. */
const KEPT_MS = 30 * DAY_MS;

export function createTokens(
  { db, hub, log, clock, random }: Pick<Ports, 'db' | 'hub' | 'log' | 'clock' | 'random'>,
  { audit }: { readonly audit: Audit },
): Tokens {
  const touch = ({ id, last_used_at }: store.TokenRow, now: number) => {
    const hour = Math.floor(now / TOKEN_USE_MS) * TOKEN_USE_MS;
    if (last_used_at !== null && last_used_at >= hour) return;
    db.write((tx) => store.touchToken(tx, id, hour)).catch((error: unknown) => {
      log.warn('last use of a token not written', { reason: String(error) });
    });
  };

  return {
    async create({ account, device, role }, { name, scopes, days }) {
      const asked = inOrder(scopes);
      if (asked.length === 0) throw invalid({ scopes: ['Choose what the program may do.'] });
      for (const scope of asked)
        if (!may(role, SCOPES[scope].needs))
          throw new Refusal('Forbidden', sentence('Your role does not allow “{scope}”.', { scope }));
      const token = `${TOKEN_PREFIX}${toBase64(random(32))}`;
      const now = clock();
      const row: store.TokenRow = {
        id: idOf(token),
        account,
        device,
        name,
        scopes: asked.join(' '),
        created_at: now,
        expires_at: now + days * DAY_MS,
        last_used_at: null,
      };
      await db.write(async (tx) => {
        if ((await store.countTokens(tx, account)) >= MAX_TOKENS)
          throw new Refusal(
            'Conflict',
            sentence('You have {n} tokens, which is the most. Revoke one that you do not need.', {
              n: MAX_TOKENS,
            }),
          );
        await store.insertToken(tx, row);
        await audit.record(tx, {
          actor: account,
          action: 'token.made',
          subject: row.id,
          detail: { scopes: row.scopes, expiresAt: row.expires_at },
        });
      });
      return { ...recordOf(row), token };
    },

    async list(account) {
      return (await store.tokensOf(db, account)).map(recordOf);
    },

    async revoke(account, id) {
      await db.write(async (tx) => {
        if (!(await store.deleteTokenOf(tx, account, id)))
          throw new Refusal('NotFound', 'There is no such token any more.');
        await audit.record(tx, { actor: account, action: 'token.revoked', subject: id });
      });
      hub.publish({ type: 'signed-out', account, sessions: [id] });
    },

    async enter(token, asked) {
      const row = TOKEN_PATTERN.test(token) ? await store.tokenById(db, idOf(token)) : null;
      if (row === null) throw unknown();
      const { id, account, username, person: name, role, device } = row;
      const refuse = async (reason: string, refusal: Refusal): Promise<never> => {
        await audit.refused({ actor: account, action: 'token.refused', subject: id, detail: { reason } });
        throw refusal;
      };
      const now = clock();
      if (row.expires_at <= now) return refuse('expired', unknown());
      if (asked === null)
        return refuse('call', new Refusal('Forbidden', 'No token can do this. Sign in instead.'));
      const granted = scopesOf(row);
      const missing = asked.find((scope) => !granted.includes(scope) || !may(role, SCOPES[scope].needs));
      if (missing !== undefined || !may(role, 'tokens.make'))
        return refuse(
          missing ?? 'role',
          missing === undefined
            ? new Refusal('Forbidden', 'Your role in this workspace does not allow this.')
            : new Refusal(
                'Forbidden',
                sentence('This token may not do this: it needs “{scope}”.', { scope: missing }),
              ),
        );
      touch(row, now);
      // Never a moment ago: what asks for that takes a person.
      return {
        id,
        account,
        username,
        name,
        role,
        device,
        challenge: new Uint8Array(32),
        verifiedAt: 0,
        strong: false,
        weak: false,
      };
    },

    async own({ id }) {
      const row = await store.tokenById(db, id);
      if (row === null) throw unknown();
      return recordOf(row);
    },

    async expire() {
      await db.write((tx) => store.deleteExpiredTokens(tx, clock() - KEPT_MS));
    },
  };
}

const idOf = (token: string): string => new Bun.CryptoHasher('sha256').update(token).digest('hex');

const unknown = () =>
  new Refusal(
    'NotSignedIn',
    'This token is unknown, has expired or was revoked. Make a new one in Settings.',
  );

const isScope = (word: string): word is Scope => Object.hasOwn(SCOPES, word);
const scopesOf = ({ scopes }: store.TokenRow): readonly Scope[] => scopes.split(' ').filter(isScope);
/** Each once, in the order of the table. */
const inOrder = (scopes: readonly Scope[]): readonly Scope[] =>
  Object.keys(SCOPES)
    .filter(isScope)
    .filter((scope) => scopes.includes(scope));

function recordOf(row: store.TokenRow): TokenRecord {
  return {
    id: row.id,
    name: row.name,
    scopes: scopesOf(row),
    device: row.device,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  };
}
