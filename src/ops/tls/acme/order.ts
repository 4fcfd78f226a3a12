/** One certificate from an ACME server: the order, the proof by http-01, the certificate (RFC 8555, 7.4, 8.3). */
import type { Pair } from '../certificate.ts';
import { newKeyAndRequest } from '../signing-request.ts';
import { type AcmeAnswer, AcmeRefused, type AcmeRequests, derField, record, refused } from './requests.ts';

/** Milliseconds between two looks where the server names no time, and the longest one that it may name. */
const LOOK_EVERY_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;
/** Looks at one thing before it is given up. */
const LOOKS = 40;

export interface Challenges {
  /** Answers `/.well-known/acme-challenge/TOKEN` with these words. */
  put(token: string, answer: string): void;
  remove(token: string): void;
}

/** Throws AcmeRefused with the server's reason. @param wait resolves after so many milliseconds */
export async function orderCertificate(
  acme: AcmeRequests,
  host: string,
  challenges: Challenges,
  wait: (ms: number) => Promise<void>,
): Promise<Pair> {
  const order = await acme.post(await acme.address('newOrder'), {
    identifiers: [{ type: 'dns', value: host }],
  });
  for (const authorization of strings(order.body.authorizations))
    await prove(acme, authorization, challenges, wait);

  const { key, request } = await newKeyAndRequest(host);
  const finalized = await acme.post(text(order.body.finalize), { csr: derField(request) });
  const done =
    finalized.body.status === 'valid'
      ? finalized
      : await settle(acme, order.location, ['ready', 'processing'], wait);
  const chain = await acme.post(text(done.body.certificate), null);
  return { cert: chain.text, key };
}

async function prove(
  acme: AcmeRequests,
  authorization: string,
  challenges: Challenges,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  const { body } = await acme.post(authorization, null);
  if (body.status === 'valid') return;
  const offered = Array.isArray(body.challenges) ? body.challenges.map(record) : [];
  const found = offered.find(({ type }) => type === 'http-01');
  if (!found) throw new AcmeRefused('The ACME server offers no proof over HTTP (http-01).');
  const token = text(found.token);
  challenges.put(token, `${token}.${acme.thumbprint}`);
  try {
    await acme.post(text(found.url), {});
    await settle(acme, authorization, ['pending'], wait);
  } finally {
    challenges.remove(token);
  }
}

/** Looks until the thing is `valid`; anything but that and `pending` states is a refusal. */
async function settle(
  acme: AcmeRequests,
  url: string,
  pending: readonly string[],
  wait: (ms: number) => Promise<void>,
): Promise<AcmeAnswer> {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const answer = await acme.post(url, null);
    if (answer.body.status === 'valid') return answer;
    if (!pending.includes(String(answer.body.status))) throw refused(0, problemIn(answer.body));
    await wait(Math.min(answer.retryAfter ?? LOOK_EVERY_MS, LONGEST_WAIT_MS));
  }
  throw new AcmeRefused('The ACME server did not come to an end in time.');
}

/** Why an order or an authorization failed: its own error, or the one of a challenge. */
function problemIn(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const challenges = Array.isArray(body.challenges) ? body.challenges.map(record) : [];
  const error = body.error ?? challenges.find(({ error }) => error !== undefined)?.error;
  return error === undefined ? { detail: `it is ${String(body.status)}` } : record(error);
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new AcmeRefused('The ACME server left something out.');
  return value;
}

const strings = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(text) : []);
