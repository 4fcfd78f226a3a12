/** How a command ends when it does not do what it was asked. */

/** Exit code 1: the sentence goes to standard error. */
export class Failed extends Error {
  override readonly name = 'Failed';
}

/** Exit code 2: the sentence and the usage go to standard error. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}
