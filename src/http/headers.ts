/** The security headers of every answer. */

/** Nothing from elsewhere, nothing inline, no eval; markup enters only through the Trusted Types policy `sotto`. */
export const CONTENT_SECURITY_POLICY = policy("'self'");

/** The policy of the worker that fetches files where they may come from another origin: it connects to that, too. */
export const filesPolicy = (origin: string): string => policy(`'self' ${origin}`);

function policy(connect: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `connect-src ${connect}`,
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types sotto',
  ].join('; ');
}

/** Headers that do not depend on the route. */
export function securityHeaders(): Readonly<Record<string, string>> {
  return {
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy':
      'camera=(self), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)',
    // Not no-referrer: that makes browsers send `Origin: null` with our own forms, which the Origin check must refuse.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}
