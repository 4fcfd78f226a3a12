/** Compares an answer's headers with those that this build sends. */
import { securityHeaders } from '../http/headers.ts';
import { TRANSPORT_SECURITY, TRANSPORT_SECURITY_HEADER } from '../http/transport-security.ts';
import type { Difference } from './difference.ts';
import type { Answer } from './visitor.ts';

/** Headers that load, run, wipe or report something beside the answer; Sotto sends none of them. */
const NEVER = [
  'access-control-allow-origin',
  'clear-site-data',
  'content-security-policy-report-only',
  'link',
  'nel',
  'origin-trial',
  'refresh',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'sourcemap',
  'speculation-rules',
  'x-sourcemap',
];

/** @param own what this kind of answer carries besides the security headers */
export function headerDifferences(
  { path, headers }: Answer,
  own: Readonly<Record<string, string>>,
): readonly Difference[] {
  const wanted = Object.entries({ ...securityHeaders(), ...own });
  return [
    ...wanted.map(([name, expected]) => ({ name, expected, got: headers.get(name) })),
    // Whether it is sent hangs on the server's certificate; with other words it would reach further.
    ...(headers.has(TRANSPORT_SECURITY_HEADER)
      ? [
          {
            name: TRANSPORT_SECURITY_HEADER,
            expected: TRANSPORT_SECURITY,
            got: headers.get(TRANSPORT_SECURITY_HEADER),
          },
        ]
      : []),
    ...NEVER.map((name) => ({ name, expected: null, got: headers.get(name) })),
  ]
    .filter(({ expected, got }) => expected !== got)
    .map(({ name, expected, got }) => ({
      where: path,
      what: got === null ? `the header ${name} is missing` : `the header ${name} is another`,
      expected,
      got,
    }));
}
