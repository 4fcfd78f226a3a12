/** `join`: a new account, and this home as its first device. */
import { newAccountId, register } from '../../client/enrol.ts';
import { readSelf } from '../../client/self.ts';
import { MAX_NAME_LENGTH, USERNAME_PATTERN } from '../../contract/limits.ts';
import type { Command } from '../command.ts';
import { enrolling } from '../enrolling.ts';
import { Failed, WrongUse } from '../failures.ts';
import type { Home } from '../home.ts';
import { plain } from '../output.ts';
import { passwordFrom } from '../secrets.ts';

export const join: Command = async ({ home: folder, option, required, output, io }) => {
  const { origin, token, kind } = readLink(required('invite'));
  const username = required('username').toLowerCase();
  if (!USERNAME_PATTERN.test(username))
    throw new WrongUse('A username has lowercase letters, digits, dot, dash or underscore, 32 at most.');
  const name = readName(option('name') ?? username);
  const workspaceName = readWorkspace(kind, option('workspace'));
  const password = passwordFrom(io.env);

  return enrolling(folder, origin, async ({ home, tools, keep }) => {
    await refuseTaken(home);
    const account = newAccountId(tools.crypto.random);
    const registered = await register(tools, {
      token,
      account,
      username,
      name,
      password,
      ...(workspaceName === null ? {} : { workspaceName }),
    });
    keep(registered);
    const { device, recoveryCode } = registered;
    await output.event(
      'joined',
      { account, device, recoveryCode },
      `You are ${plain(name)} (${username}) at ${origin}, on a device in ${home.folder}.\n` +
        `Your recovery code, shown only this once: ${recoveryCode}`,
    );
  });
};

interface Link {
  readonly origin: string;
  readonly token: string;
  readonly kind: 'join' | 'setup';
}

/**
 * `ORIGIN/join#TOKEN` or `ORIGIN/setup#TOKEN`; `ORIGIN/join` alone where anybody may make an account. The link is a secret, so a
 * wrong one is not repeated.
 */
function readLink(text: string): Link {
  const url = URL.parse(text);
  const kind = url?.pathname === '/join' ? 'join' : url?.pathname === '/setup' ? 'setup' : null;
  const token = url?.hash.slice(1) ?? '';
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    kind === null ||
    (kind === 'setup' && token === '')
  )
    throw new WrongUse('--invite takes a whole link, such as https://chat.example/join#... or .../setup#...');
  return { origin: url.origin, token, kind };
}

function readName(text: string): string {
  const name = text.trim();
  if (name === '' || [...name].length > MAX_NAME_LENGTH)
    throw new WrongUse(`--name takes 1 to ${MAX_NAME_LENGTH} characters.`);
  return name;
}

function readWorkspace(kind: Link['kind'], workspace: string | null): string | null {
  if (kind === 'setup' && !workspace)
    throw new WrongUse('The set-up link makes the workspace: name it with --workspace NAME.');
  if (kind === 'join' && workspace !== null)
    throw new WrongUse(
      '--workspace goes with the set-up link; an invite leads into a workspace that exists.',
    );
  return workspace;
}

/** Said before seconds of work are spent on a folder that is somebody's device already. */
async function refuseTaken({ folder, storage }: Home): Promise<void> {
  const self = await readSelf(storage);
  if (self?.published)
    throw new Failed(`${folder} is a device of ${self.username} already: use another --home.`);
}
