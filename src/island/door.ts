/** What makes and opens keys: the forms in front of the workspace, which need neither htmx nor a conversation. */
import './language.ts';
import { onDemand } from '../client/on-demand.ts';
import { takeApproval } from './approve.ts';
import { IslandForm } from './form.ts';
import { takeLink } from './link.ts';
import { readPage } from './page.ts';
import { supportsPasskeys } from './passkey.ts';
import { takeRegistration } from './register.ts';
import { tellRemoved } from './removed.ts';
import { takeSignIn } from './sign-in.ts';
import { takeSignOut } from './sign-out.ts';
import { takeRecovery, takeUnlock } from './unlock.ts';
import { watchCode } from './watch-code.ts';

type Part = typeof import('./security/main.ts');
const security = (open: (part: Part) => void, failed: (error: unknown) => void = () => {}): void =>
  void onDemand(() => import('./security/main.ts')).then(open, failed);
/** A form of that part. */
const ofSecurity = (take: (part: Part, form: IslandForm) => void) => (form: IslandForm) =>
  security(
    (part) => take(part, form),
    (error) => form.fail(error),
  );

const FORMS: Readonly<Record<string, (form: IslandForm) => void>> = {
  setup: takeRegistration,
  join: takeRegistration,
  'sign-in': takeSignIn,
  recover: takeRecovery,
  unlock: takeUnlock,
  link: takeLink,
  approve: takeApproval,
  share: (form) =>
    void onDemand(() => import('./share/main.ts')).then(
      ({ takeShare }) => takeShare(form),
      (error: unknown) => form.fail(error),
    ),
  'file-request': (form) =>
    void onDemand(() => import('./file-request/main.ts')).then(
      ({ takeFileRequest }) => takeFileRequest(form),
      (error: unknown) => form.fail(error),
    ),
  confirm: ofSecurity((part, form) => part.takeConfirm(form)),
  password: ofSecurity((part, form) => part.takePassword(form)),
  passkey: ofSecurity((part, form) => part.takePasskey(form)),
  'start-again': (form) =>
    void onDemand(() => import('./start-again/main.ts')).then(
      ({ takeStartAgain }) => takeStartAgain(form),
      (error: unknown) => form.fail(error),
    ),
};

if (!supportsPasskeys()) for (const button of document.querySelectorAll('[data-passkey]')) button.remove();
for (const form of document.querySelectorAll<HTMLFormElement>('form[data-island]')) {
  FORMS[form.dataset.island ?? '']?.(new IslandForm(form));
}

if (document.querySelector('[data-otp], [data-backup-codes]')) security((part) => part.openSecrets(document));

const removed = document.querySelector<HTMLElement>('[data-removed]');
if (removed) void tellRemoved(removed);

const { account } = readPage(document.body);
if (account) takeSignOut(account, async () => {});
watchCode();
