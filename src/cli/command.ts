/** What every command is given. */
import type { Arguments } from './arguments.ts';
import type { Io } from './io.ts';
import type { Output } from './output.ts';

export interface Invocation extends Arguments {
  readonly io: Io;
  readonly output: Output;
}

/** Throws Failed, WrongUse, EnrolError, or the engine's Errors: each is one sentence for the person. */
export type Command = (invocation: Invocation) => Promise<void>;
