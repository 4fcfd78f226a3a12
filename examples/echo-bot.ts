/**
 * A bot that answers each message with its own words: `bun examples/echo-bot.ts DIR`, where DIR is a device that was made by
 * `sotto client --home DIR join --invite URL --username echo`. It is a member like any other, with keys of its own; the server reads
 * nothing of what it hears and says. SOTTO is the command to run, when it is not on the path.
 */
const [home = './echo'] = process.argv.slice(2);
const client = [...(process.env.SOTTO ?? 'sotto').split(' '), 'client', '--home', home, '--json'];
const PREFIX = 'You said: ';

const listening = Bun.spawn([...client, 'listen', '--read'], { stdout: 'pipe', stderr: 'inherit' });
process.on('SIGTERM', () => listening.kill());

let rest = '';
const decoder = new TextDecoder();
for await (const bytes of listening.stdout) {
  const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) await answer(JSON.parse(line));
}
process.exitCode = await listening.exited;

/** Another bot like this one is not answered: they would never end. */
async function answer(said: Readonly<Record<string, unknown>>): Promise<void> {
  const { event, conversation, id, text } = said;
  if (event !== 'message' || typeof text !== 'string' || text.startsWith(PREFIX)) return;
  // Words go in as standard input: none of them is taken for an option.
  const sending = Bun.spawn(
    [...client, 'send', '--conversation', `${conversation}`, '--reply-to', `${id}`, '-'],
    {
      stdin: new Blob([`${PREFIX}${text}`]),
      stdout: 'ignore',
      stderr: 'inherit',
    },
  );
  await sending.exited;
}
