/** Pages on which somebody shows who they are and changes their ways in: fetched with those pages only. */
export { takeConfirm } from './confirm.ts';
export { takePasskey } from './passkey.ts';
export { takePassword } from './password.ts';
export { openSecrets } from './secrets.ts';
