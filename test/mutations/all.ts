/** Every mutation that the tests must notice. */
import { ACCOUNTS } from './accounts.ts';
import { CLIENT } from './client.ts';
import { FILES } from './files.ts';
import { HISTORY } from './history.ts';
import { MESSAGES } from './messages.ts';
import type { Mutation } from './mutation.ts';
import { NODES } from './nodes.ts';
import { RECORDS } from './records.ts';
import { SERVER } from './server.ts';
import { SESSIONS } from './sessions.ts';

export const MUTATIONS: readonly Mutation[] = [
  ...RECORDS,
  ...SESSIONS,
  ...ACCOUNTS,
  ...CLIENT,
  ...MESSAGES,
  ...HISTORY,
  ...FILES,
  ...SERVER,
  ...NODES,
];
