/** `sotto admin ...`: what an admin does when locked out. Opens the data folder, server running or not. */
import { parseArgs } from 'node:util';
import { ConfigError, parseCommandConfig, publicOrigin } from '../config.ts';
import type { Role } from '../contract/accounts.ts';
import { inviteUrl, setupUrl } from '../contract/paths.ts';
import { ROLES } from '../contract/permissions.ts';
import { startAgainUrl } from '../contract/start-again.ts';
import type { Ports, Services } from '../deps.ts';
import { silent } from '../ops/log.ts';
import { createPushKeys } from '../services/pushes.ts';
import { Refusal } from '../services/refusal.ts';
import { createServices } from '../services/services.ts';
import { createMissed } from '../store/missed.ts';
import { readSetting } from '../store/settings.ts';
import { audit } from './admin-audit.ts';
import { deletePerson, exportPerson } from './admin-person.ts';
import { CommandFailed } from './failed.ts';
import { openData } from './open.ts';
import { ADMIN_USAGE } from './usage.ts';

const OPTIONS = {
  data: { type: 'string' },
  url: { type: 'string' },
  role: { type: 'string' },
  uses: { type: 'string' },
  expires: { type: 'string' },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
  check: { type: 'boolean' },
  since: { type: 'string' },
  action: { type: 'string' },
  person: { type: 'string' },
  out: { type: 'string' },
} as const;

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Runs one admin command; gives the exit code. */
export async function admin(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { values, positionals } = parse(args);
  const [command, ...rest] = positionals;
  const serveArgs = [
    ...(values.data ? ['--data', values.data] : []),
    ...(values.url ? ['--url', values.url] : []),
  ];
  const config = parseCommandConfig(serveArgs, env);
  const print = (event: string, fields: object, text: string) =>
    console.log(values.json ? JSON.stringify({ event, ...fields }) : text);

  const run = async (action: (ports: Ports, services: Services, origin: string) => Promise<void>) => {
    const ports = await openData(config, silent);
    try {
      const stored = await readSetting(ports.db, 'origin');
      const origin =
        config.url ?? (stored ? new TextDecoder().decode(stored) : publicOrigin(config, config.port));
      await action(
        ports,
        createServices(ports, () => origin),
        origin,
      );
      // Nodes that serve meanwhile forget what they remember of it.
      if (config.redis !== null) await createMissed(ports.db, ports.random).note();
    } finally {
      await ports.db.close();
    }
  };

  switch (command) {
    case 'setup-link':
      none(rest);
      await run(async (_, services, origin) => {
        const url = setupUrl(origin, await services.invites.createSetupToken());
        print('setup-link', { url }, url);
      });
      return 0;
    case 'invite': {
      none(rest);
      const terms = {
        role: role(values.role ?? 'member'),
        uses: whole('--uses', values.uses ?? '1'),
        expiresIn: duration('--expires', values.expires ?? '7d'),
      };
      await run(async (_, services, origin) => {
        const invite = await services.invites.create(null, terms);
        const url = inviteUrl(origin, invite.token);
        print('invite', { url, role: invite.role, uses: invite.uses, expiresAt: invite.expiresAt }, url);
      });
      return 0;
    }
    case 'push-keys': {
      none(rest);
      const keys = await createPushKeys();
      print(
        'push-keys',
        keys,
        `SOTTO_VAPID_PUBLIC_KEY=${keys.publicKey}\nSOTTO_VAPID_PRIVATE_KEY=${keys.privateKey}`,
      );
      return 0;
    }
    case 'people':
      none(rest);
      await run(async (_, services) => {
        for (const person of await services.accounts.people())
          print(
            'person',
            person,
            `${person.username.padEnd(24)} ${person.role.padEnd(8)} ${person.disabled ? 'disabled' : 'active  '} ${person.name}`,
          );
      });
      return 0;
    case 'audit': {
      none(rest);
      let code = 1;
      await run(async (ports, services) => {
        const since = values.since === undefined ? undefined : duration('--since', values.since);
        code = await audit(services, { ...values, since }, ports.clock(), console.log);
      });
      return code;
    }
    case 'reset-2fa': {
      const [name, ...more] = rest;
      none(more);
      if (!name) throw new CommandFailed('Whose? sotto admin reset-2fa NAME', 2);
      await run(async (_, services) => {
        const person = await services.accounts.personNamed(name);
        if (!person) throw new CommandFailed(`There is nobody called ${name} here.`);
        await services.secondFactor.reset(null, person.account).catch((error: unknown) => {
          throw error instanceof Refusal ? new CommandFailed(error.message) : error;
        });
        print('second-factor-reset', { username: name }, `${name} signs in without a second factor now.`);
      });
      return 0;
    }
    case 'disable':
    case 'enable': {
      const [name, ...more] = rest;
      none(more);
      if (!name) throw new CommandFailed(`Whom? sotto admin ${command} NAME`, 2);
      const done = `${command}d`;
      await run(async (_, services) => {
        await services.accounts.setDisabled(name, command === 'disable');
        print(done, { username: name }, `${name} is ${done}.`);
      });
      return 0;
    }
    case 'export': {
      const [name, ...more] = rest;
      none(more);
      const { out } = values;
      if (!name || !out) throw new CommandFailed('Whom, and where to? sotto admin export NAME --out FILE', 2);
      await run(async (_, services) => {
        const bytes = await exportPerson(services, name, out);
        print('exported', { username: name, file: out, bytes }, `What is here about ${name} is in ${out}.`);
      });
      return 0;
    }
    case 'delete': {
      const [name, ...more] = rest;
      none(more);
      if (!name) throw new CommandFailed('Whom? sotto admin delete NAME', 2);
      await run(async (_, services) => {
        await deletePerson(services, name, process.stdin.isTTY ? (question) => prompt(question) : null);
        print('deleted', { username: name }, `The account ${name} is deleted. Nobody else gets this name.`);
      });
      return 0;
    }
    case 'role': {
      const [name, given, ...more] = rest;
      none(more);
      if (!name || !given) throw new CommandFailed('Whom, and which? sotto admin role NAME ROLE', 2);
      const next = role(given);
      await run(async (_, services) => {
        await services.accounts.setRole(name, next);
        print('role', { username: name, role: next }, `${name} has the role ${next}.`);
      });
      return 0;
    }
    case 'reset': {
      const [name, ...more] = rest;
      none(more);
      if (!name) throw new CommandFailed('Whom? sotto admin reset NAME', 2);
      await run(async (_, services, origin) => {
        const made = await services.startAgain.links.create(null, name);
        const { username, expiresAt } = made;
        const url = startAgainUrl(origin, made.token);
        print('reset', { url, username, expiresAt }, url);
      });
      return 0;
    }
    default:
      throw new CommandFailed(
        `${command ? `There is no command "admin ${command}".\n` : ''}${ADMIN_USAGE}`,
        2,
      );
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw new ConfigError(
      error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error),
    );
  }
}

function none(rest: readonly string[]): void {
  if (rest.length > 0) throw new CommandFailed(`What is "${rest[0]}"? This command takes nothing more.`, 2);
}

function role(text: string): Role {
  const found = ROLES.find((known) => known === text);
  if (!found) throw new CommandFailed(`A role is one of ${ROLES.join(', ')}, not "${text}".`, 2);
  return found;
}

function whole(flag: string, text: string): number {
  const value = Number(text);
  if (!/^\d{1,6}$/.test(text) || value < 1)
    throw new CommandFailed(`${flag} takes a whole number above 0, not "${text}".`, 2);
  return value;
}

function duration(flag: string, text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,4})([mhdw])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? 0);
  if (!(ms > 0))
    throw new CommandFailed(`${flag} takes a time such as 30m, 12h, 7d or 2w, not "${text}".`, 2);
  return ms;
}
