import { beforeAll, describe, expect, test } from 'bun:test';
import { ProtocolError } from './errors.ts';
import {
  type LinkRequest,
  linkCode,
  linkFinder,
  linkHash,
  linkRequestRecord,
  linkText,
  MAX_LINK_REQUEST_BYTES,
  readLinkCode,
} from './link-request.ts';
import {
  type LinkGrant,
  MAX_LINK_ANSWER_BYTES,
  openLinkGrant,
  sealLinkGrant,
  type TransferSecrets,
} from './link-transfer.ts';
import { noble } from './noble.ts';
import { ACTIVE_SUITE } from './suite.ts';

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const tools = { provider: noble, random, clock: Date.now };

async function newRequest(): Promise<{ request: LinkRequest; secrets: TransferSecrets }> {
  const secrets = { x25519: random(32), kem: random(64) };
  const { publicKey } = await noble.mlKemKeyPair(ACTIVE_SUITE, secrets.kem);
  const request = {
    device: random(16),
    signingKey: random(1984),
    agreementKey: random(32),
    suites: [2],
    transferKey: await noble.x25519PublicKey(secrets.x25519),
    transferKem: publicKey,
    agent: 'Firefox on Linux',
    created: 1_700_000_000_000,
  };
  return { request, secrets };
}
const grant = (): LinkGrant => ({
  account: random(16),
  username: 'mina',
  name: 'Mina Okafor',
  aik: random(1984),
  certificate: random(5500),
  deviceList: random(9000),
  leaf: random(6000),
  logKey: random(1984),
  deviceWrapKey: random(32),
  backupKey: random(32),
});
async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
    return 'done';
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

let asked: Awaited<ReturnType<typeof newRequest>>;
let encoded: Uint8Array;
beforeAll(async () => {
  asked = await newRequest();
  encoded = linkRequestRecord.encode(asked.request);
});

describe('the code of a link request [R38]', () => {
  test('has four groups of five, and is read however it is typed', () => {
    const code = linkCode(linkHash(encoded));
    expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$/);
    for (const typed of [
      code,
      code.toLowerCase(),
      code.replaceAll('-', ' '),
      ` ${code.replaceAll('0', 'o')} `,
    ]) {
      expect(readLinkCode(typed).matches(encoded)).toBe(true);
      expect(readLinkCode(typed).finder).toBe(linkFinder(linkHash(encoded)));
    }
  });

  test('as a picture is the whole hash, and no address', () => {
    const text = linkText(linkHash(encoded));
    expect(text).toMatch(/^SOTTO-LINK:[0-9A-F]{64}$/);
    expect(readLinkCode(text).matches(encoded)).toBe(true);
    expect(readLinkCode(text).finder).toBe(linkFinder(linkHash(encoded)));
  });

  test('does not fit a request of which anything was changed', () => {
    const { request } = asked;
    const others: LinkRequest[] = [
      { ...request, device: random(16) },
      { ...request, signingKey: random(1984) },
      { ...request, agreementKey: random(32) },
      { ...request, suites: [2, 3] },
      { ...request, transferKey: random(32) },
      { ...request, transferKem: random(1184) },
      { ...request, agent: 'Safari on iPhone' },
      { ...request, created: request.created + 1 },
    ];
    for (const given of [linkCode(linkHash(encoded)), linkText(linkHash(encoded))]) {
      const code = readLinkCode(given);
      for (const other of others) expect(code.matches(linkRequestRecord.encode(other))).toBe(false);
    }
  });

  test('counts to its last character', () => {
    const code = linkCode(linkHash(encoded)).replaceAll('-', '');
    for (let at = 0; at < code.length; at++) {
      const other = code[at] === 'A' ? 'B' : 'A';
      expect(readLinkCode(code.slice(0, at) + other + code.slice(at + 1)).matches(encoded)).toBe(false);
    }
  });

  test('of another form is refused', async () => {
    for (const wrong of [
      '',
      'ABCDE',
      `${linkCode(linkHash(encoded))}A`,
      linkCode(linkHash(encoded)).replace(/.$/, '%'),
      'SOTTO-LINK:',
      `${linkText(linkHash(encoded))}0`,
      'https://chat.example/link#ABCDE-FGHJK-MNPQR-STVWX',
    ])
      expect(await codeOf(() => readLinkCode(wrong))).toBe('E_FORMAT');
  });

  test('stays within its bound', () => {
    const longest = {
      ...asked.request,
      agent: 'x'.repeat(64),
      suites: Array.from({ length: 16 }, (_, i) => i + 1),
    };
    expect(linkRequestRecord.encode(longest).length).toBeLessThanOrEqual(MAX_LINK_REQUEST_BYTES);
  });
});

describe('the answer to a link request', () => {
  test('opens for the place that asked, which sees the check of the one that answered', async () => {
    const given = grant();
    const { answer, check } = await sealLinkGrant(tools, encoded, given);
    expect(check).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}$/);
    expect(answer.length).toBeLessThanOrEqual(MAX_LINK_ANSWER_BYTES);
    const opened = await openLinkGrant(tools, asked.request, asked.secrets, answer);
    expect(opened).toEqual({ grant: given, check });
  });

  test('shows another check each time, so that an answer of the server is told from it', async () => {
    const given = grant();
    const checks = new Set<string>();
    for (let i = 0; i < 8; i++) checks.add((await sealLinkGrant(tools, encoded, given)).check);
    expect(checks.size).toBe(8);
  });

  test('opens for nobody else, and not for another request of the same keys', async () => {
    const { answer } = await sealLinkGrant(tools, encoded, grant());
    const other = await newRequest();
    expect(await codeOf(() => openLinkGrant(tools, other.request, other.secrets, answer))).toBe('E_AUTH');
    expect(await codeOf(() => openLinkGrant(tools, asked.request, other.secrets, answer))).toBe('E_AUTH');
    const again = { ...asked.request, created: asked.request.created + 1 };
    expect(await codeOf(() => openLinkGrant(tools, again, asked.secrets, answer))).toBe('E_AUTH');
  });

  test('with any part exchanged for one of another answer does not open', async () => {
    const [one, two] = [
      await sealLinkGrant(tools, encoded, grant()),
      await sealLinkGrant(tools, encoded, grant()),
    ];
    // Fields: account, ephemeral, ciphertext, box; each lp(tag || value) after the type byte.
    const spans = [
      [1, 21],
      [22, 58],
      [59, 1151],
      [1152, one.answer.length],
    ] as const;
    for (const [from, to] of spans) {
      const mixed = one.answer.slice();
      mixed.set(two.answer.subarray(from, Math.min(to, two.answer.length)), from);
      expect(await codeOf(() => openLinkGrant(tools, asked.request, asked.secrets, mixed))).not.toBe('done');
    }
    for (let at = 0; at < one.answer.length; at += 97) {
      const flipped = one.answer.slice();
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(await codeOf(() => openLinkGrant(tools, asked.request, asked.secrets, flipped))).not.toBe(
        'done',
      );
    }
  });
});
