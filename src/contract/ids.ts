/**
 * Names of things, as every room writes them: lowercase hexadecimal of fixed length. Branded, so that an
 * account cannot be passed where a device is meant (protocol/README 1).
 */
declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** 16 random bytes chosen by the client, as 32 hex characters. */
export type AccountId = Id<'account'>;
/** 16 random bytes, never reused, as 32 hex characters. */
export type DeviceId = Id<'device'>;
/** 32-byte hash of the genesis roster event, as 64 hex characters. */
export type ConversationId = Id<'conversation'>;
/** 16 bytes that name one sealed body (the second, then 12 random ones), as 32 hex characters; also a message's id. */
export type BodyId = Id<'body'>;

const HEX_16 = /^[0-9a-f]{32}$/;
const HEX_32 = /^[0-9a-f]{64}$/;

export const isAccountId = (value: string): value is AccountId => HEX_16.test(value);
export const isDeviceId = (value: string): value is DeviceId => HEX_16.test(value);
export const isConversationId = (value: string): value is ConversationId => HEX_32.test(value);
export const isBodyId = (value: string): value is BodyId => HEX_16.test(value);
