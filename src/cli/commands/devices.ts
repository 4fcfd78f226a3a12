/** `devices`: the devices of one's own account, and the removal of one. */
import { revokeDevice } from '../../client/enrol.ts';
import { forgetDevice } from '../../client/self.ts';
import { type DeviceId, isDeviceId } from '../../contract/ids.ts';
import type { Command, Invocation } from '../command.ts';
import { cliCrypto } from '../crypto.ts';
import { type Device, synchronise, withDevice } from '../device.ts';
import { Failed, WrongUse } from '../failures.ts';
import { aligned, timeOf } from '../output.ts';
import { hashPassword } from '../password-hash.ts';
import { vaultKeyFrom } from '../secrets.ts';
import { LOG_IN_AGAIN } from '../server.ts';

export const devices: Command = async (invocation) => {
  const { option } = invocation;
  const revoked = option('revoke');
  if (revoked !== null && !isDeviceId(revoked))
    throw new WrongUse(`--revoke takes the 32 hexadecimal digits of a device, not "${revoked}".`);
  await withDevice(invocation, (device) =>
    revoked === null ? list(device, invocation) : revoke(device, revoked, invocation),
  );
};

async function list(device: Device, { output }: Invocation): Promise<void> {
  if (!(await synchronise(device)))
    await output.note('The server cannot be reached: this is what the device knows.');
  const known = await device.engine.devices();
  const lines = aligned(
    known.map(({ device: id, created, expires, current }) => [
      id,
      `since ${timeOf(created)}`,
      `until ${timeOf(expires)}`,
      current ? 'this one' : '',
    ]),
  );
  for (const [index, each] of known.entries()) await output.event('device', each, lines[index] ?? '');
}

async function revoke(device: Device, id: DeviceId, { output, io }: Invocation): Promise<void> {
  const key = vaultKeyFrom(io.env);
  const { home, engine, server } = device;
  const tools = { crypto: cliCrypto, transport: server.transport, hashPassword };
  try {
    await revokeDevice(tools, await key.unlock(tools, await server.transport.session()), id);
  } catch (error) {
    throw server.signedOut ? new Failed(LOG_IN_AGAIN) : error;
  }
  const current = id === engine.self.device;
  if (current) {
    // Its keys are of no use to anybody any more.
    await forgetDevice(home.storage);
    home.signOut();
  }
  await output.event('revoked', { device: id }, `The device ${id} is removed.`);
}
