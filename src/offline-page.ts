/** The page that needs no server, as the build makes it: from the same views, around the scripts of the same build. */
import { Offline } from '../views/pages/offline.tsx';
import type { Assets } from './assets.ts';
import { isAccountId, isConversationId, isDeviceId } from './contract/ids.ts';
import { PLACEHOLDERS } from './contract/offline.ts';
import { RELEASE } from './contract/release.ts';
import { speak } from './contract/words.ts';
import { CATALOGUES, type Language } from './words/catalogues.ts';

/** @param assets everything that the page loads */
export async function offlinePage(assets: Assets, language: Language): Promise<Uint8Array<ArrayBuffer>> {
  const { account, conversation, name } = PLACEHOLDERS;
  if (!isAccountId(account) || !isDeviceId(account) || !isConversationId(conversation))
    throw new Error('placeholders have the form of what they stand for');
  const markup = await speak(language, CATALOGUES[language], () =>
    Offline({
      site: { workspace: 'Sotto', release: RELEASE, assets },
      placeholders: { account, device: account, conversation, name },
    }),
  );
  return new TextEncoder().encode(markup);
}
