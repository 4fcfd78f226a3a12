/** Refusals that a page answers with another page: where the person does what is missing, and comes back from. */
import type { ErrorBody } from '../contract/errors.ts';
import { localPath } from '../contract/local-path.ts';

/** Where whoever has no page to come back to goes on. */
export const SECURITY_PAGE = '/settings/security';

/** The page for what is missing, or null when the refusal is shown as it is. */
export function elsewhere(request: Request, { error }: ErrorBody, origin: string): string | null {
  if (error === 'SecondFactorRequired') return SECURITY_PAGE;
  if (error !== 'VerificationNeeded') return null;
  return `/confirm?then=${encodeURIComponent(pageOf(request, origin))}`;
}

/** The page that somebody looks at: it was asked for itself, or its form was sent. */
function pageOf(request: Request, origin: string): string {
  const url = URL.parse(request.method === 'GET' ? request.url : (request.headers.get('referer') ?? ''));
  const isOwn = request.method === 'GET' || url?.origin === origin;
  return url && isOwn ? localPath(`${url.pathname}${url.search}`, SECURITY_PAGE) : SECURITY_PAGE;
}
