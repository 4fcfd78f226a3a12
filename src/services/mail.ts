/**
 * Mail: addresses that their persons have proved, and an outbox. A letter is queued in the transaction of what it tells, put into words and
 * handed over afterwards, and tried again for two days. Without a mail server nothing is queued, and nobody is asked for an address.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AccountId } from '../contract/ids.ts';
import { MAIL_CODE_DIGITS, MAX_MAIL_ADDRESS, type MailNotice, type MailSettings } from '../contract/mail.ts';
import type { Ports } from '../deps.ts';
import { LetterRefused, type Mailer } from '../ops/mailer.ts';
import { readBodyHeader } from '../protocol/body-header.ts';
import type { Tx } from '../store/db.ts';
import * as store from '../store/mail.ts';
import { readSetting, settingOr } from '../store/settings.ts';
import type { Audit } from './audit.ts';
import { type LetterFacts, writeLetter } from './mail-letters.ts';
import { invalid, Refusal } from './refusal.ts';

export interface Mail {
  /** Whether this server sends mail at all. */
  readonly available: boolean;
  settings(account: AccountId): Promise<MailSettings | null>;
  /** Gives an address and sends a code to it. ValidationError, RateLimitExceeded. */
  setAddress(account: AccountId, address: string, language: string): Promise<void>;
  /** The code that came. ValidationError; after MAX_TRIES wrong ones a new code is needed. */
  verify(account: AccountId, code: string): Promise<void>;
  setDigest(account: AccountId, digest: boolean): Promise<void>;
  remove(account: AccountId): Promise<void>;
  /** Tells the person in the caller's transaction; says nothing to who has no address that is verified. */
  notify(tx: Tx, account: AccountId, notice: MailNotice): Promise<void>;
  /** Hands over what is due; run by a job. Gives how many went out. */
  deliver(): Promise<number>;
  /** Queues a letter for everybody for whom messages wait; run by a job. */
  digest(): Promise<void>;
  /** For the health page and `doctor`. */
  state(): Promise<{
    readonly waiting: number;
    readonly oldest: number | null;
    readonly failing: string | null;
  }>;
  /** Lets go of the connection to the mail server. */
  close(): void;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long a code is good. */
const CODE_MS = 30 * MINUTE_MS;
const MAX_TRIES = 5;
/** Letters that wait for one account, at most: what comes on top says nothing new. */
const MAX_WAITING = 20;
/** Milliseconds until a letter is tried again, by the tries so far; the last one stays. */
const BACK_OFF_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS];
/** A letter that was not taken by then is thrown away: it is no news any more. */
const GIVE_UP_MS = 48 * HOUR_MS;
/** Letters of one run, and how long they are this process's. */
const BATCH = 20;
const LEASE_MS = 10 * MINUTE_MS;
/** A message is told once it has waited so long, and waiting messages once in so long. */
const DIGEST_AFTER_MS = HOUR_MS;
const DIGEST_EVERY_MS = 24 * HOUR_MS;
/** Characters of what a mail server says that are kept and shown. */
const MAX_REASON = 200;
/** Messages that are counted. */
const MAX_COUNTED = 1000;
/** One address: what the form of HTML takes, without comments, quotes and lists. */
const ADDRESS =
  /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i;

export function createMail(
  ports: Ports,
  deps: {
    readonly audit: Audit;
    readonly origin: () => string;
    /** Null without a mail server. */
    readonly mailer: Mailer | null;
  },
): Mail {
  const { db, clock, random, log } = ports;
  const { audit, origin, mailer } = deps;
  let failing: string | null = null;

  const queue = async (
    tx: Tx,
    to: { readonly account: AccountId; readonly address: string; readonly language: string },
    facts: LetterFacts,
  ): Promise<void> => {
    if ((await store.mailWaiting(tx, to.account)) >= MAX_WAITING) return;
    const now = clock();
    const { account, address, language } = to;
    const letter = JSON.stringify(facts);
    const id = random(16).toHex();
    await store.insertMail(tx, {
      id,
      account,
      address,
      language,
      letter,
      created_at: now,
      attempts: 0,
      next_at: now,
    });
  };

  /**
   * Before another address, or none, takes the place of the one that is there: its codes and counts go, and what was to be told of the
   * account still is, with that this happened. Otherwise whoever came in by a password would take the warnings away with it.
   */
  const leave = async (
    tx: Tx,
    account: AccountId,
    what: 'mail.added' | 'mail.removed',
    next = '',
  ): Promise<void> => {
    await store.deleteIdleMail(tx, account);
    const before = await store.mailAddress(tx, account);
    if (before?.verified_at != null && before.address !== next)
      await queue(tx, before, { kind: 'security', what, at: clock() });
  };

  const hash = async (account: AccountId, code: string): Promise<Uint8Array> =>
    createHmac('sha256', await settingOr(db, 'server_secret', random(32)))
      .update(`mail\0${account}\0${code}`)
      .digest();

  const refuseWithout = (): void => {
    if (!mailer) throw new Refusal('Conflict', 'This server sends no mail. Its operator can set it up.');
  };

  const deliverOne = async (row: store.OutboxRow, workspace: string): Promise<boolean> => {
    const facts: LetterFacts = JSON.parse(row.letter);
    const written = writeLetter(facts, row.language, { workspace, origin: origin() });
    try {
      await mailer?.send({ ...written, id: row.id, to: row.address, language: row.language });
      failing = null;
      await db.write((tx) => store.deleteMail(tx, row.id));
      return true;
    } catch (error) {
      const reason = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON);
      const isOver = error instanceof LetterRefused || clock() - row.created_at > GIVE_UP_MS;
      log.warn('mail not taken', { kind: facts.kind, attempts: row.attempts, final: isOver, reason });
      if (!(error instanceof LetterRefused)) failing = reason;
      const wait = BACK_OFF_MS[Math.min(row.attempts, BACK_OFF_MS.length - 1)] ?? HOUR_MS;
      await db.write(async (tx) => {
        if (!isOver) return store.putOffMail(tx, row.id, clock() + wait);
        await store.deleteMail(tx, row.id);
        await store.noteProblem(tx, row, reason);
      });
      return false;
    }
  };

  return {
    available: mailer !== null,

    async settings(account) {
      const row = await store.mailAddressOf(db, account);
      if (!row) return null;
      const { address, verified_at, digest, problem } = row;
      return { address, verified: verified_at !== null, digest: digest === 1, problem };
    },

    async setAddress(account, typed, language) {
      refuseWithout();
      const address = typed.trim();
      if (address.length > MAX_MAIL_ADDRESS || !ADDRESS.test(address))
        throw invalid({ address: ['This is not an address such as ada@example.org.'] });
      const number = new DataView(random(8).buffer).getBigUint64(0) % 10n ** BigInt(MAIL_CODE_DIGITS);
      const code = number.toString().padStart(MAIL_CODE_DIGITS, '0');
      const hashed = await hash(account, code);
      await db.write(async (tx) => {
        const row = { account, address, language, code: hashed, code_expires_at: clock() + CODE_MS };
        await leave(tx, account, 'mail.added', address);
        await store.putMailAddress(tx, row);
        await queue(tx, row, { kind: 'code', code });
        await audit.record(tx, { actor: account, action: 'mail.added', subject: account });
      });
    },

    async verify(account, typed) {
      const hashed = await hash(account, typed.replace(/\D/g, ''));
      const isRight = await db.write(async (tx) => {
        const row = await store.mailAddress(tx, account);
        if (row === null || row.code === null || row.code_expires_at <= clock() || row.tries >= MAX_TRIES)
          throw invalid({ code: ['This code is too old, or there were too many tries. Send a new one.'] });
        if (!timingSafeEqual(row.code, hashed)) {
          await store.countTry(tx, account);
          return false;
        }
        await store.verifyAddress(tx, account, clock());
        await audit.record(tx, { actor: account, action: 'mail.verified', subject: account });
        return true;
      });
      if (!isRight) throw invalid({ code: ['This is not the code that was sent. Look at the newest mail.'] });
    },

    async setDigest(account, digest) {
      await db.write((tx) => store.setDigest(tx, account, digest));
    },

    async remove(account) {
      await db.write(async (tx) => {
        await leave(tx, account, 'mail.removed');
        if (await store.deleteMailAddress(tx, account))
          await audit.record(tx, { actor: account, action: 'mail.removed', subject: account });
      });
    },

    async notify(tx, account, notice) {
      if (!mailer) return;
      const row = await store.mailAddress(tx, account);
      if (row?.verified_at != null) await queue(tx, row, notice);
    },

    async deliver() {
      if (!mailer) return 0;
      const due = await db.write((tx) => store.takeMail(tx, clock(), clock() + LEASE_MS, BATCH));
      if (due.length === 0) return 0;
      const name = await readSetting(db, 'workspace_name');
      const workspace = name ? new TextDecoder().decode(name) : 'Sotto';
      let sent = 0;
      for (const row of due) if (await deliverOne(row, workspace)) sent++;
      return sent;
    },

    async digest() {
      if (!mailer) return;
      for (let after = ''; ; ) {
        const before = clock() - DIGEST_EVERY_MS;
        const rows = await store.digestable(db, before, after, BATCH);
        for (const row of rows) {
          const heads = await store.unfetched(db, row.account, clock() - DIGEST_AFTER_MS, MAX_COUNTED);
          const count = heads.filter(isMessage).length;
          if (count > 0)
            await db.write(async (tx) => {
              // Another run may go on that this one knows nothing of: only the first writes.
              if (await store.noteDigested(tx, row.account, before, clock()))
                await queue(tx, row, { kind: 'waiting', count });
            });
        }
        const last = rows.at(-1);
        if (!last || rows.length < BATCH) return;
        after = last.account;
      }
    },

    async state() {
      return { ...(await store.outboxState(db)), failing };
    },

    close() {
      mailer?.close();
    },
  };
}

/** What devices tell each other is no message. */
const isMessage = (head: Uint8Array): boolean => readBodyHeader(head).class === 1;
