/**
 * The certificate authority of this server, for people whose devices do not know it yet. There is nothing here without one.
 *
 * | page | answers |
 * |---|---|
 * | GET /trust | the fingerprint, and what to do on each kind of system |
 * | GET /trust/sotto-ca.crt | the certificate in DER |
 * | GET /trust/sotto-ca.pem | the certificate in PEM |
 * | GET /trust/sotto-ca.mobileconfig | a profile with it, for Apple's systems |
 *
 * All of it is public, and served over plain HTTP too: whoever cannot open https needs it first.
 */
import { Elysia } from 'elysia';
import { Trust } from '../../views/pages/trust.tsx';
import { type System, TRUST_FILES } from '../../views/pages/trust-steps.tsx';
import { TRUST_PATH } from '../contract/paths.ts';
import type { Deps } from '../deps.ts';
import { Refusal } from '../http/errors.ts';
import type { Authority } from '../ops/tls/authority.ts';
import { configurationProfile } from '../ops/tls/profile.ts';
import { bareSite, html } from './pages-frame.ts';

/** What a browser calls its system, the telling word first: Android says Linux too. */
const SAID: readonly (readonly [RegExp, System])[] = [
  [/iPhone|iPad|iPod/, 'ios'],
  [/Android/, 'android'],
  [/Windows/, 'windows'],
  [/Macintosh|Mac OS X/, 'macos'],
  [/Linux.*Firefox|X11.*Firefox/, 'firefox'],
  [/Linux|X11/, 'linux'],
];

export const systemOf = (agent: string): System | null =>
  SAID.find(([said]) => said.test(agent))?.[1] ?? null;

export const trustPages = (deps: Pick<Deps, 'assets' | 'encryption' | 'origin'>) => {
  const authority = (): Authority => {
    const found = deps.encryption?.authority;
    if (!found) throw new Refusal('NotFound', 'This server has no certificate authority of its own.');
    return found;
  };
  const file = (body: string | Uint8Array<ArrayBuffer>, type: string) =>
    new Response(body, { headers: { 'content-type': type, 'cache-control': 'no-store' } });

  return new Elysia({ name: 'trust' })
    .get(TRUST_PATH, ({ request }) => {
      const { fingerprint, names, until } = authority();
      const props = {
        site: bareSite(deps.assets),
        fingerprint,
        names,
        until,
        address: deps.origin(),
        isPlain: new URL(request.url).protocol === 'http:',
        system: systemOf(request.headers.get('user-agent') ?? ''),
      };
      return html(request, () => Trust(props));
    })
    .get(TRUST_FILES.crt, () => file(authority().der, 'application/x-x509-ca-cert'))
    .get(TRUST_FILES.pem, () => file(authority().pem, 'application/x-pem-file'))
    .get(TRUST_FILES.mobileconfig, () =>
      file(
        configurationProfile(authority(), new URL(deps.origin()).hostname),
        'application/x-apple-aspen-config',
      ),
    );
};
