/**
 * How a place becomes a device of an account. A flow is two steps: open the vault, then enrol the device.
 *
 *   const unlocked = await signInWithPassword(tools, { username, password });
 *   const { storage, device, signedIn } = await enrolDevice(tools, unlocked);
 *
 * A new account is one: `register(tools, { token, account: newAccountId(random), username, name, password })`.
 */
export * from './enrol/device.ts';
export * from './enrol/errors.ts';
export * from './enrol/register.ts';
export * from './enrol/sign-in.ts';
export * from './enrol/start-again.ts';
export type * from './enrol/types.ts';
