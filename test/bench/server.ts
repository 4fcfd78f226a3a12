/** The real server for the bench: every route, check and limit of `serve`, with limits that no load meets, and no log. */
import { randomBytes } from 'node:crypto';
import { createApp } from '../../src/app.ts';
import { openHub } from '../../src/commands/hub.ts';
import { openData } from '../../src/commands/open.ts';
import { openShipper } from '../../src/commands/serve/shipper.ts';
import { parseConfig } from '../../src/config.ts';
import { toHex } from '../../src/contract/bytes.ts';
import type { AccountId, ConversationId } from '../../src/contract/ids.ts';
import type { Deps } from '../../src/deps.ts';
import { loadAssets } from '../../src/embedded.ts';
import { LIMITS, type Limit, type LimitName, RateLimits } from '../../src/http/limits.ts';
import { createJobs } from '../../src/ops/jobs.ts';
import { createLog } from '../../src/ops/log.ts';
import { makeBodyId } from '../../src/protocol/body-header.ts';
import { hash } from '../../src/protocol/hash.ts';
import { createServices } from '../../src/services/services.ts';
import { insertConversation, insertDirect } from '../../src/store/conversations.ts';
import type { Tx } from '../../src/store/db.ts';
import { putMember } from '../../src/store/rosters.ts';
import { addPerson, openCookie } from '../support/relay.ts';
import { answerQuestions, type Circle, report } from './child.ts';

const { DATABASE_URL, REDIS_URL, SOTTO_WAL_TO, SOTTO_BACKUP_PASSPHRASE } = process.env;
const config = parseConfig(['--data', process.argv[2] ?? 'data'], {
  DATABASE_URL,
  REDIS_URL,
  SOTTO_WAL_TO,
  SOTTO_BACKUP_PASSPHRASE,
});
const ports = await openData(config, createLog('error', Date.now), null, 0, openHub);
const { db } = ports;
const boundless = Object.fromEntries(
  Object.keys(LIMITS).map((name) => [name, { burst: 1e12, perMinute: 1e12 }]),
) as Record<LimitName, Limit>;
let port = 0;
const origin = () => `http://localhost:${port}`;
const deps: Deps = {
  ...ports,
  services: createServices(ports, origin),
  assets: await loadAssets(),
  jobs: createJobs(ports.log, ports.clock),
  encryption: null,
  limits: new RateLimits(Date.now, boundless),
  origin,
  peer: (request) => ({ address: app.server?.requestIP(request)?.address ?? null, isProxy: false }),
  address: (request) => app.server?.requestIP(request)?.address ?? 'unknown',
};
const app = createApp(deps);
app.listen({ port: 0, hostname: '127.0.0.1' });
port = app.server?.port ?? 0;

answerQuestions(async (question) => {
  if (question.ask === 'history') {
    await writeHistory(question.messages);
    return { kind: 'done' };
  }
  const circles: Circle[] = [];
  if (question.ask === 'seed')
    for (let index = 0; index < question.circles; index++) circles.push(await seedCircle(question.people));
  return { kind: 'seeded', circles };
});
(await openShipper(config, ports))?.start();
report({ kind: 'ready', port });

async function seedCircle(count: number): Promise<Circle> {
  const people = await Promise.all(Array.from({ length: count }, () => addPerson(db, Date.now())));
  const conversation = toHex(randomBytes(32)) as ConversationId;
  const accounts = people.map(({ account }) => account);
  await db.write(async (tx) => {
    if (count === 2) await insertDirect(tx, conversation, accounts, Date.now());
    else await insertGroup(tx, conversation, accounts);
  });
  const members = await Promise.all(
    people.map(async (person) => ({
      cookie: await openCookie(deps, person),
      account: person.account,
      device: person.devices[0] ?? '',
    })),
  );
  return { conversation, members };
}

/** A group whose roster names the identities that its people have. */
async function insertGroup(tx: Tx, id: ConversationId, accounts: readonly AccountId[]): Promise<void> {
  const identity = hash(new Uint8Array());
  await insertConversation(tx, id, 'group', Date.now());
  for (const account of accounts) await putMember(tx, id, { account, identity, role: 3 });
}

/** Messages of the past as the relay remembers them: delivered, without body and envelope. */
async function writeHistory(messages: number): Promise<void> {
  const began = (Date.now() - 20 * 24 * 3600 * 1000) * 1000;
  for (let at = 0; at < messages; at += 1000)
    await db.write(async (tx) => {
      for (let number = at; number < Math.min(messages, at + 1000); number++)
        await tx.run(
          `INSERT INTO messages (number, id, account, post_hash, accepted_at, recipients)
           VALUES ($1, $2, $3, $4, $5, $6)`,
          [
            began + number,
            toHex(makeBodyId({ random: ports.random, clock: () => (began + number) / 1000 })),
            toHex(randomBytes(16)),
            new Uint8Array(randomBytes(32)),
            Math.floor((began + number) / 1000),
            toHex(randomBytes(16)),
          ],
        );
    });
}
