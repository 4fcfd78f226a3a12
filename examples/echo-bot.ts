/**
 * A bot that answers each message with its own words: `bun examples/echo-bot.ts DIR`, where DIR is a device that was made by
 * `sotto client --home DIR join --invite URL --username echo`. It is a member like any other, with keys of its own; the server reads
 * nothing of what it hears and says. SOTTO is the command to run, when it is not on the path.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const [home = './echo'] = process.argv.slice(2);
const [command = 'sotto', ...before] = (process.env.SOTTO ?? 'sotto').split(' ');
const PREFIX = 'You said: ';

const client = (...args: readonly string[]) =>
  spawn(command, [...before, 'client', '--home', home, '--json', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });

const listening = client('listen', '--read');
process.on('SIGTERM', () => listening.kill());
for await (const line of createInterface({ input: listening.stdout })) {
  const { event, conversation, id, text } = JSON.parse(line);
  // Another bot like this one is not answered: they would never end.
  if (event !== 'message' || text.startsWith(PREFIX)) continue;
  // Words go in as standard input: none of them is taken for an option.
  const sending = client('send', '--conversation', conversation, '--reply-to', id, '-');
  sending.stdin.end(`${PREFIX}${text}`);
  await once(sending, 'close');
}
