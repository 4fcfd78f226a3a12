/** `sotto verify URL`: whether a server gives browsers what this build would give them. */
import { parseArgs } from 'node:util';
import { cliCrypto } from '../cli/crypto.ts';
import { Failed, WrongUse } from '../cli/failures.ts';
import { Home } from '../cli/home.ts';
import { processIo } from '../cli/io.ts';
import { hashPassword } from '../cli/password-hash.ts';
import { codeFrom, passwordFrom } from '../cli/secrets.ts';
import { enrollingTransport, originOf } from '../cli/server.ts';
import { EnrolError, signInWithPassword } from '../client/enrol.ts';
import { TransportFailed, TransportRefused } from '../client/ports.ts';
import { loadAssets } from '../embedded.ts';
import type { Finding } from '../verify/difference.ts';
import { type Report, verify } from '../verify/verify.ts';
import { BROWSERS, NoAnswer, type Session, SIGNED_OUT, visitorName } from '../verify/visitor.ts';
import { CommandFailed } from './failed.ts';
import { VERIFY_USAGE } from './usage.ts';

const OPTIONS = {
  login: { type: 'boolean' },
  username: { type: 'string' },
  home: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Gives the exit code: 0 all the same, 1 something differs. Throws CommandFailed, with 2 for wrong use. */
export async function verifyCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { values, positionals } = parse(args);
  const [address, ...rest] = positionals;
  if (address === undefined || rest.length > 0) throw wrongUse('verify takes one address.');
  const username = values.username ?? env.SOTTO_USERNAME;
  if (values.login === true && !username)
    throw wrongUse('verify --login needs --username, or SOTTO_USERNAME.');
  try {
    const origin = originOf('address', address);
    const password = values.login === true ? passwordFrom(env) : null;
    const sessions: Session[] = [];
    if (values.home !== undefined) sessions.push(sessionOf(values.home, origin));
    const assets = await loadAssets();
    const signedIn =
      username && password !== null ? await signIn(origin, username.toLowerCase(), password) : null;
    if (signedIn) sessions.push(signedIn.session);
    const report = await verify(origin, assets, sessions).finally(() => signedIn?.end());
    print(report, { origin, release: assets.manifest.release, sessions, json: values.json === true });
    return report.findings.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof NoAnswer || error instanceof Failed) throw new CommandFailed(error.message);
    if (error instanceof Error && error.name === 'WrongUse') throw wrongUse(error.message);
    throw error;
  }
}

interface Context {
  readonly origin: string;
  readonly release: string;
  readonly sessions: readonly Session[];
  readonly json: boolean;
}

function print(
  { release: served, looked, findings }: Report,
  { origin, release, sessions, json }: Context,
): void {
  if (json) {
    for (const finding of findings) console.log(JSON.stringify({ event: 'difference', ...finding }));
    console.log(
      JSON.stringify({ event: 'verified', origin, release, served, looked, differences: findings.length }),
    );
    return;
  }
  const names = [null, ...sessions].map((session) => session?.name ?? SIGNED_OUT);
  for (const finding of findings) console.log(sentenceOf(finding, names));
  const who = names.join(', ');
  console.log(
    findings.length === 0
      ? `${origin} serves what Sotto ${release} would serve: ${looked} pages and files, ${who}.`
      : `${origin} differs from Sotto ${release} in ${findings.length} ${findings.length === 1 ? 'place' : 'places'}; ${looked} pages and files, ${who}.`,
  );
  if (served !== null && served !== release)
    console.log(`The server says that it is release ${served}: compare it with a Sotto of that release.`);
}

/** "/join (only for Safari, signed out): ..."; without the brackets when everybody was shown it. */
function sentenceOf({ where, what, expected, got, shownTo }: Finding, sessions: readonly string[]): string {
  const hashes = [
    ...(expected === null ? [] : [`expected ${plain(expected)}`]),
    ...(got === null ? [] : [`got ${plain(got)}`]),
  ].join(', ');
  const groups = sessions.flatMap((session) => {
    const browsers = BROWSERS.filter((browser) => shownTo.includes(visitorName(browser, session)));
    if (browsers.length === 0) return [];
    return browsers.length === BROWSERS.length ? session : `${browsers.join(' and ')}, ${session}`;
  });
  const isEverybody = shownTo.length === sessions.length * BROWSERS.length;
  const who = isEverybody ? '' : ` (only for ${groups.join('; ')})`;
  return `${plain(where)}${who}: ${plain(what)}${hashes === '' ? '' : `: ${hashes}`}`;
}

/** What a server says must not steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal obeys
const plain = (text: string) => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?').slice(0, 600);

/** A session without a device, which ends afterwards. */
async function signIn(origin: string, username: string, password: string) {
  const { transport, cookie } = enrollingTransport(origin);
  try {
    const askCode = codeFrom(processIo);
    await signInWithPassword({ crypto: cliCrypto, transport, hashPassword, askCode }, { username, password });
  } catch (error) {
    if (error instanceof EnrolError || error instanceof TransportFailed || error instanceof TransportRefused)
      throw new CommandFailed(error.message);
    if (error instanceof Failed || error instanceof WrongUse) throw new CommandFailed(error.message);
    throw error;
  }
  return {
    session: { name: 'signed in', cookie: cookie() ?? '' },
    end: () => transport.signOut(false).catch(() => {}),
  };
}

/** The session of a device on this machine. Throws Failed when it has none at this server. */
function sessionOf(folder: string, origin: string): Session {
  if (!Home.exists(folder)) throw new Failed(`There is no device in ${folder}.`);
  const home = Home.open(folder);
  const { server, cookie } = home;
  home.close();
  if (server !== origin)
    throw new Failed(`The device in ${folder} is at ${server ?? 'no server'}, not at ${origin}.`);
  if (cookie === null) throw new Failed(`The device in ${folder} is signed out.`);
  return { name: 'signed in on a device', cookie };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw wrongUse(error instanceof Error ? error.message : String(error));
  }
}

const wrongUse = (sentence: string) => new CommandFailed(`${sentence}\n\n${VERIFY_USAGE}`, 2);
