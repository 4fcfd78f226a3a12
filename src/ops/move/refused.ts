/** A move that cannot be, or does not hold what it should: the message is the sentence that its admin reads. */
export class MoveRefused extends Error {
  override readonly name = 'MoveRefused';
}
