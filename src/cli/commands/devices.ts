/** `devices`: the devices of one's own account; names for them, a new one approved, one removed. */
import { revokeDevice } from '../../client/enrol.ts';
import { approveLink, findLink } from '../../client/link/approve.ts';
import { forgetDevice } from '../../client/self.ts';
import { type DeviceId, isDeviceId } from '../../contract/ids.ts';
import { LINK_POLL_MS } from '../../contract/links.ts';
import type { Command, Invocation } from '../command.ts';
import { cliCrypto } from '../crypto.ts';
import { type Device, synchronise, withDevice } from '../device.ts';
import { Failed, WrongUse } from '../failures.ts';
import { aligned, plain, timeOf } from '../output.ts';
import { hashPassword } from '../password-hash.ts';
import { vaultKeyFrom } from '../secrets.ts';

const DOINGS = { revoke, approve, rename } as const;

export const devices: Command = async (invocation) => {
  const asked = (['revoke', 'approve', 'rename'] as const).flatMap((name) => {
    const value = invocation.option(name);
    return value === null ? [] : [{ name, value }];
  });
  const [doing] = asked;
  if (asked.length > 1) throw new WrongUse('Say one of --rename, --revoke and --approve.');
  if (doing && doing.name !== 'approve') idOf(doing.name, doing.value);
  if (doing?.name === 'rename' && invocation.rest.length === 0)
    throw new WrongUse('Say the new name after the id: devices --rename ID "My laptop".');
  await withDevice(invocation, (device) =>
    doing ? DOINGS[doing.name](device, doing.value, invocation) : list(device, invocation),
  );
};

async function list(device: Device, { output }: Invocation): Promise<void> {
  if (!(await synchronise(device)))
    await output.note('The server cannot be reached: this is what the device knows.');
  const known = await device.engine.devices();
  const lines = aligned(
    known.map(({ device: id, name, created, expires, current }) => [
      id,
      name ?? '',
      `since ${timeOf(created)}`,
      `until ${timeOf(expires)}`,
      current ? 'this one' : '',
    ]),
  );
  for (const [index, each] of known.entries()) await output.event('device', each, lines[index] ?? '');
}

async function rename(device: Device, value: string, { output, rest }: Invocation): Promise<void> {
  const id = idOf('rename', value);
  const [name = ''] = rest;
  await synchronise(device);
  await device.engine.renameDevice(id, name);
  await device.engine.flush();
  await output.event(
    'renamed',
    { device: id, name: name.trim() },
    `That device is called ${plain(name.trim())} now.`,
  );
}

/** Opens the vault with what the environment holds: the fresh word of the person, whatever the session is. */
async function withVault<T>(
  { server }: Device,
  { io }: Invocation,
  use: (
    tools: { readonly crypto: typeof cliCrypto; readonly transport: Device['server']['transport'] },
    unlocked: Awaited<ReturnType<ReturnType<typeof vaultKeyFrom>['unlock']>>,
  ) => Promise<T>,
): Promise<T> {
  const key = vaultKeyFrom(io.env);
  const tools = { crypto: cliCrypto, transport: server.transport, hashPassword };
  try {
    return await use(tools, await key.unlock(tools, await server.transport.session()));
  } catch (error) {
    throw server.signedOut ? await server.whySignedOut() : error;
  }
}

async function revoke(device: Device, value: string, invocation: Invocation): Promise<void> {
  const id = idOf('revoke', value);
  await withVault(device, invocation, (tools, unlocked) =>
    revokeDevice(tools, unlocked, id, device.home.storage),
  );
  if (id === device.engine.self.device) {
    // Its keys are of no use to anybody any more.
    await forgetDevice(device.home.storage);
    device.home.leave();
  }
  await invocation.output.event('revoked', { device: id }, `The device ${id} is removed.`);
}

/** Approves the device that shows this code, and waits until it is one, or is not going to be. */
async function approve(device: Device, code: string, invocation: Invocation): Promise<void> {
  const { output, io } = invocation;
  // A missing password is said before the code is tried.
  vaultKeyFrom(io.env);
  const links = { crypto: cliCrypto, links: device.server.links };
  const found = await findLink(links, code);
  const { agent, createdAt } = found;
  const given = await withVault(device, invocation, (_tools, unlocked) =>
    approveLink(links, unlocked, found, device.home.storage),
  );
  await output.event(
    'approved',
    { device: given.device, agent, check: given.check },
    `Approved: ${plain(agent)}, which asked at ${timeOf(createdAt)}. It must show ${given.check}. Waiting for its yes…`,
  );
  const stopped = Promise.withResolvers<'stopped'>();
  const endHearing = io.onInterrupt(() => stopped.resolve('stopped'));
  try {
    for (;;) {
      const state = await Promise.race([given.outcome(), stopped.promise]);
      if (state === 'done') break;
      if (state === 'cancelled')
        throw new Failed('Nothing was added: the new device said no, or waited too long.');
      if (
        state === 'stopped' ||
        (await Promise.race([Bun.sleep(LINK_POLL_MS), stopped.promise])) === 'stopped'
      ) {
        await given.withdraw();
        throw new Failed('Nothing was added: the approval is taken back.');
      }
    }
  } finally {
    endHearing();
  }
  await synchronise(device);
  // Who approved it need not be told of it once more.
  await device.engine.dismissNews(given.device);
  await output.remark('It is one of your devices now.');
}

function idOf(option: string, value: string): DeviceId {
  if (!isDeviceId(value))
    throw new WrongUse(`--${option} takes the 32 hexadecimal digits of a device, not "${value}".`);
  return value;
}
