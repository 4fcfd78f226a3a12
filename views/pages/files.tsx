/**
 * GET /c/:id/files and GET /files: the files of a conversation, and one's own. The frame alone: names are sealed, so the island draws
 * the list from what this device knows.
 */
import type { ConversationId } from '../../src/contract/ids.ts';
import { t } from '../../src/contract/words.ts';
import { Sheet } from '../parts/sheet.tsx';
import { text } from '../parts/words.tsx';

/** @param conversation null for one's own, those that others shared and private ones */
export function Files({ conversation }: { conversation: ConversationId | null }) {
  return (
    <Sheet
      view="files"
      title={conversation === null ? t('My files') : t('Files')}
      lead={
        conversation === null
          ? t('What you sent, what was sent to you, and what you keep for yourself.')
          : t('What was sent in this conversation, as this device knows it.')
      }
    >
      <noscript>
        <p class="card warn">
          {text('Files need JavaScript: their names are sealed with keys that live in this browser.')}
        </p>
      </noscript>
      <div data-file-room={conversation ?? ''} />
      <p class="buttons">
        {conversation === null ? (
          <a class="button" href="/settings#links">
            {text('Links for people without an account')}
          </a>
        ) : (
          <a class="button" href={`/c/${conversation}`}>
            {text('Back to the conversation')}
          </a>
        )}
      </p>
    </Sheet>
  );
}
