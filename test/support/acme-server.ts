/**
 * An ACME server as far as http-01 goes (RFC 8555). It checks what real ones check: each request is signed by a known key over this
 * URL, with a nonce that was given out once. It asks for the proof over HTTP at a port of this machine.
 */
import { signHostCertificate } from '../../src/ops/tls/authority.ts';
import type { Pair } from '../../src/ops/tls/certificate.ts';
import { loadX509 } from '../../src/ops/tls/x509.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const PROBLEM = 'urn:ietf:params:acme:error:';

export interface AcmeServer {
  readonly directory: string;
  /** Orders that were made so far. */
  orders(): number;
  /** Requests that were refused for their signature, URL or nonce. */
  refusals(): number;
  /** From now on the nonce of every so many requests counts as unknown; 0: of none. */
  forgetNonces(every: number): void;
  stop(): Promise<void>;
}

export interface AcmeServerOptions {
  /** Signs certificates. */
  readonly authority: Pair;
  /** Where the proof is looked for on this machine. */
  readonly httpPort: () => number;
  /** When certificates begin, epoch milliseconds. */
  readonly clock?: () => number;
}

interface Signed {
  readonly payload: unknown;
  readonly account: string;
  readonly thumbprint: string;
}

export function startAcmeServer({ authority, httpPort, clock = Date.now }: AcmeServerOptions): AcmeServer {
  const nonces = new Set<string>();
  const accounts = new Map<string, { readonly key: CryptoKey; readonly thumbprint: string }>();
  const proofs = new Map<string, 'pending' | 'valid' | 'invalid'>();
  const orders: { readonly host: string; certificate: string }[] = [];
  let refused = 0;
  let asked = 0;
  let forgetEvery = 0;

  const nonce = () => {
    const made = crypto.getRandomValues(new Uint8Array(16)).toHex();
    nonces.add(made);
    return made;
  };
  const answer = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
    Response.json(body, { status, headers: { 'replay-nonce': nonce(), ...headers } });
  const problem = (type: string, detail: string, status = 400) => {
    refused += 1;
    return new Response(JSON.stringify({ type: PROBLEM + type, detail }), {
      status,
      headers: { 'content-type': 'application/problem+json', 'replay-nonce': nonce() },
    });
  };

  /** What was signed, or the refusal. */
  const open = async (request: Request): Promise<Signed | Response> => {
    const jws: Record<'protected' | 'payload' | 'signature', string> = await request.json();
    const header = JSON.parse(Buffer.from(jws.protected, 'base64url').toString());
    asked += 1;
    const isForgotten = forgetEvery > 0 && asked % forgetEvery === 0;
    if (!nonces.delete(header.nonce) || isForgotten) return problem('badNonce', 'this nonce is not known');
    if (header.url !== request.url || header.alg !== 'ES256') return problem('malformed', 'another URL');
    let account = String(header.kid ?? '');
    if (header.jwk) {
      const key = await crypto.subtle.importKey('jwk', header.jwk, EC, true, ['verify']);
      const { crv, kty, x, y } = header.jwk;
      const hash = await crypto.subtle.digest('SHA-256', Buffer.from(JSON.stringify({ crv, kty, x, y })));
      const thumbprint = Buffer.from(hash).toString('base64url');
      account = `${origin}/account/${thumbprint}`;
      accounts.set(account, { key, thumbprint });
    }
    const known = accounts.get(account);
    const bytes = Buffer.from(`${jws.protected}.${jws.payload}`);
    const signature = Buffer.from(jws.signature, 'base64url');
    if (!known || !(await crypto.subtle.verify(EC, known.key, signature, bytes)))
      return problem('unauthorized', 'not signed by an account', 403);
    const payload = jws.payload === '' ? null : JSON.parse(Buffer.from(jws.payload, 'base64url').toString());
    return { payload, account, thumbprint: known.thumbprint };
  };

  const prove = async (id: string, host: string, thumbprint: string) => {
    const url = `http://127.0.0.1:${httpPort()}/.well-known/acme-challenge/token-${id}`;
    const said = await fetch(url, { headers: { host } }).then(
      (response) => response.text(),
      () => '',
    );
    proofs.set(id, said === `token-${id}.${thumbprint}` ? 'valid' : 'invalid');
  };

  const challengeOf = (id: string) => ({
    type: 'http-01',
    token: `token-${id}`,
    url: `${origin}/challenge/${id}`,
    status: proofs.get(id),
    ...(proofs.get(id) === 'invalid'
      ? { error: { type: `${PROBLEM}unauthorized`, detail: `nothing right at ${orders[Number(id)]?.host}` } }
      : {}),
  });

  const orderBody = (id: string) => {
    const order = orders[Number(id)];
    const proof = proofs.get(id);
    const status = order?.certificate ? 'valid' : proof === 'valid' ? 'ready' : proof;
    return {
      status,
      authorizations: [`${origin}/authorization/${id}`],
      finalize: `${origin}/finalize/${id}`,
      ...(order?.certificate ? { certificate: `${origin}/certificate/${id}` } : {}),
    };
  };

  let origin = '';
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const [, kind = '', id = ''] = new URL(request.url).pathname.split('/');
      if (kind === 'directory')
        return Response.json({
          newNonce: `${origin}/nonce`,
          newAccount: `${origin}/new-account`,
          newOrder: `${origin}/new-order`,
          meta: {},
        });
      if (kind === 'nonce') return new Response(null, { headers: { 'replay-nonce': nonce() } });
      const signed = await open(request);
      if (signed instanceof Response) return signed;
      const host = orders[Number(id)]?.host ?? '';
      switch (kind) {
        case 'new-account':
          return answer({ status: 'valid' }, 201, { location: signed.account });
        case 'new-order': {
          const { identifiers } = signed.payload as { identifiers: { value: string }[] };
          const made = String(orders.push({ host: identifiers[0]?.value ?? '', certificate: '' }) - 1);
          proofs.set(made, 'pending');
          return answer(orderBody(made), 201, { location: `${origin}/order/${made}` });
        }
        case 'authorization': {
          const other = {
            type: 'dns-01',
            token: 'other',
            url: `${origin}/challenge/${id}`,
            status: 'pending',
          };
          return answer({
            identifier: { type: 'dns', value: host },
            status: proofs.get(id),
            challenges: [other, challengeOf(id)],
          });
        }
        case 'challenge':
          // Without words it is looked at.
          if (signed.payload !== null) await prove(id, host, signed.thumbprint);
          return answer(challengeOf(id));
        case 'finalize': {
          if (proofs.get(id) !== 'valid') return problem('orderNotReady', 'there is no proof yet', 403);
          const order = orders[Number(id)];
          if (order) order.certificate = await certify(signed.payload, order.host);
          return answer(orderBody(id));
        }
        case 'order':
          return answer(orderBody(id), 200, { 'retry-after': '0' });
        case 'certificate':
          return new Response(orders[Number(id)]?.certificate, {
            headers: { 'content-type': 'application/pem-certificate-chain', 'replay-nonce': nonce() },
          });
        default:
          return problem('malformed', `nothing at ${kind}`, 404);
      }
    },
  });
  origin = `http://127.0.0.1:${server.port}`;

  /** A certificate for the key of the request, if it asks for this name. */
  const certify = async (payload: unknown, host: string): Promise<string> => {
    const x509 = await loadX509();
    const { csr } = payload as { csr: string };
    const request = new x509.Pkcs10CertificateRequest(Uint8Array.from(Buffer.from(csr, 'base64url')));
    const bytes = Buffer.from(request.rawData).toString('latin1');
    if (!bytes.includes(host) || !(await request.verify()))
      throw new Error('The request is for another name.');
    const cert = await signHostCertificate(authority, [host], clock(), await request.publicKey.export());
    return `${cert}${authority.cert}`;
  };

  return {
    directory: `${origin}/directory`,
    orders: () => orders.length,
    refusals: () => refused,
    forgetNonces(every) {
      forgetEvery = every;
    },
    stop: () => server.stop(true),
  };
}
