/** What a call of the API is: who may make it, what it takes, what it answers. */
import type { Permission } from '../permissions.ts';
import type { AnySchema, Schema } from './schema.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** A method and a path with its `:parameters`, as the router has it. */
export type Call = `${Method} /api/v1/${string}`;

export interface Operation {
  readonly summary: string;
  readonly tag: Tag;
  /**
   * Without `access`: a session. `open`: nobody need be signed in. `device`: a session that acts for a device. `fresh`: besides, its
   * holder showed who they are a moment ago.
   */
  readonly access?: 'open' | 'device' | 'fresh';
  readonly needs?: Permission;
  readonly path?: Readonly<Record<string, Schema<string>>>;
  /** All of them may be left out unless `required` names them. */
  readonly query?: Readonly<Record<string, AnySchema>>;
  readonly required?: readonly string[];
  /** JSON, or bytes of at most so many. */
  readonly body?: AnySchema | { readonly bytes: number };
  /** Of success, by status: JSON, bytes, or nothing. */
  readonly answers: Readonly<Record<number, AnySchema | 'bytes' | null>>;
  /** Refusals of its own, besides those that every call has, with what they mean. */
  readonly refusals?: Readonly<Record<number, string>>;
}

/** Sections of the document. */
export const TAGS = {
  Workspace: 'Joining a workspace, and what anybody may know of it.',
  'Signing in': 'A browser or the command line begins a session. Programs use a token instead.',
  Account: 'Sessions, vault, tokens and keys of one’s own.',
  Devices: 'Devices of one’s own, and adding one by approval on another.',
  People: 'Who is here, their public keys, and the transparency log that all of it is verified by.',
  Messages: 'The relay: sealed messages in and out.',
  Conversations: 'Conversations and the signed rosters of groups.',
  History: 'The encrypted backup of a history, and history on its way to another device.',
  Files: 'Sealed files.',
  Links: 'Links for people without an account.',
  Notices: 'Presence, and waking a device.',
  Administration: 'For owners, admins and auditors.',
} as const;
export type Tag = keyof typeof TAGS;

export type Operations = Readonly<Record<Call, Operation>>;
