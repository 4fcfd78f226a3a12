/** A command that did not do what it was asked: the sentence goes to standard error, the code to the shell. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    message: string,
    /** 1: it failed; 2: it was asked wrongly. */
    readonly code: 1 | 2 = 1,
  ) {
    super(message);
  }
}
