/** What makes and opens keys: the forms in front of the workspace, which need neither htmx nor a conversation. */
import { IslandForm } from './form.ts';
import { readPage } from './page.ts';
import { supportsPasskeys } from './passkey.ts';
import { takeRegistration } from './register.ts';
import { takeSignIn } from './sign-in.ts';
import { takeSignOut } from './sign-out.ts';
import { takeRecovery, takeUnlock } from './unlock.ts';
import { watchCode } from './watch-code.ts';

const FORMS: Readonly<Record<string, (form: IslandForm) => void>> = {
  setup: takeRegistration,
  join: takeRegistration,
  'sign-in': takeSignIn,
  recover: takeRecovery,
  unlock: takeUnlock,
};

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-island]')) {
  if (!supportsPasskeys()) for (const button of form.querySelectorAll('[data-passkey]')) button.remove();
  FORMS[form.dataset.island ?? '']?.(new IslandForm(form));
}

const { account } = readPage(document.body);
if (account) takeSignOut(account, async () => {});
watchCode();
