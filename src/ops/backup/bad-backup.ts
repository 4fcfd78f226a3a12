/** A backup that cannot be made, read or restored; the message is one sentence for whoever runs the server. */
export class BadBackup extends Error {
  override readonly name = 'BadBackup';
}
