/** One certificate from an ACME server (RFC 8555), proved by http-01. The only import of acme-client, loaded with the first order. */
import type { Pair } from './certificate.ts';
import { keepText, readText } from './kept-pairs.ts';

const ACCOUNT_KEY = 'acme-account.key';
const PROOF = 'http-01';
/** Milliseconds between the first two looks at an order; later ones are rarer. */
const LOOK_EVERY_MS = 1_000;

export interface Order {
  readonly directory: string;
  /** Where the authority writes to; null: nowhere. */
  readonly email: string | null;
  /** The name that the certificate is for. */
  readonly host: string;
  /** Where the account's key is kept. */
  readonly folder: string;
  /** What is answered at /.well-known/acme-challenge/TOKEN while the authority asks. */
  readonly waiting: Map<string, string>;
}

/** Throws the authority's reason. */
export async function orderCertificate({ directory, email, host, folder, waiting }: Order): Promise<Pair> {
  const { Client, crypto } = await import('acme-client');
  let accountKey = readText(`${folder}/${ACCOUNT_KEY}`);
  if (accountKey === null) {
    accountKey = (await crypto.createPrivateEcdsaKey('P-256')).toString();
    keepText(folder, ACCOUNT_KEY, accountKey);
  }
  const [key, csr] = await crypto.createCsr(
    { commonName: host, altNames: [host] },
    await crypto.createPrivateEcdsaKey('P-256'),
  );
  const cert = await new Client({ directoryUrl: directory, accountKey, backoffMin: LOOK_EVERY_MS }).auto({
    csr,
    ...(email === null ? {} : { email }),
    termsOfServiceAgreed: true,
    challengePriority: [PROOF],
    // It would ask by the public name, which this machine may not reach from inside.
    skipChallengeVerification: true,
    async challengeCreateFn(_, { type, token }, answer) {
      if (type !== PROOF) throw new Error('The authority offers no proof over HTTP (http-01).');
      waiting.set(token, answer);
    },
    async challengeRemoveFn(_, { token }) {
      waiting.delete(token);
    },
  });
  return { cert, key: key.toString() };
}
