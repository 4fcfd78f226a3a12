/**
 * Every call of the API, described once: the document at /api/docs, the tests that hold answers to it and the ones that send what
 * does not fit are made from it. A new route has its entry in the file of its subject, with schemas that its contract types check.
 */
import { ADMINISTRATION } from './administration.ts';
import { DEVICES } from './devices.ts';
import { FILES } from './files.ts';
import { JOINING } from './joining.ts';
import { LINKS } from './links.ts';
import type { Operation, Operations } from './operation.ts';
import { RELAY } from './relay.ts';
import { SECURITY } from './security.ts';
import { SIGNING_IN } from './signing-in.ts';

const OPERATIONS: Operations = {
  ...JOINING,
  ...SIGNING_IN,
  ...DEVICES,
  ...LINKS,
  ...SECURITY,
  ...RELAY,
  ...FILES,
  ...ADMINISTRATION,
};

/** As a list: method, path with `:parameters`, and the operation. */
export const CALLS: readonly {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}[] = Object.entries(OPERATIONS).map(([call, operation]) => {
  const [method = '', path = ''] = call.split(' ');
  return { method, path, operation };
});
