/**
 * The page that stands in for the server's while that does not answer. It is built with the scripts and holds nothing of
 * anybody: the island fills it from what this browser keeps. Its templates are the same views with placeholders.
 */

import type { AccountId, ConversationId, DeviceId } from '../../src/contract/ids.ts';
import { t } from '../../src/contract/words.ts';
import type { Site, Viewer } from '../layout.tsx';
import { ConversationRow } from '../parts/conversation-row.tsx';
import { Shell } from '../parts/shell.tsx';
import { text } from '../parts/words.tsx';
import { Conversation, type Reader } from './conversation.tsx';
import { Welcome } from './conversations.tsx';

/** What the island replaces by ids and a name. */
export interface Placeholders {
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly conversation: ConversationId;
  readonly name: string;
}

export interface OfflineProps {
  readonly site: Site;
  readonly placeholders: Placeholders;
}

export function Offline({ site, placeholders }: OfflineProps) {
  const { account, device, conversation: id, name } = placeholders;
  const viewer: Viewer = { account, device, username: '', name: '', role: 'member' };
  const peer: Reader = { account, name, username: '' };
  const self: Reader = { account, name: '', username: '' };
  const talk = { id, self, isMember: true, relayDays: null };
  const row = { conversation: id, name, lastActivity: 0 };
  return (
    <Shell
      site={site}
      page="offline"
      title={site.workspace}
      viewer={viewer}
      history="none"
      conversations={[]}
    >
      <template id="offline-row-direct">
        <ConversationRow {...row} peer={account} />
      </template>
      <template id="offline-row-group">
        <ConversationRow {...row} peer={null} />
      </template>
      <template id="offline-row-notes">
        <ConversationRow {...row} peer={null} isNotes />
      </template>
      <template id="offline-direct">
        <Conversation {...talk} peer={peer} others={[peer]} />
      </template>
      <template id="offline-group">
        <Conversation {...talk} peer={null} others={[]} />
      </template>
      <template id="offline-notes">
        <Conversation {...talk} peer={null} isNotes others={[]} />
      </template>
      <template id="offline-welcome">
        <Welcome workspace={site.workspace} isAdmin={false} isGuest={false} conversations={1} others={1} />
      </template>
      <template id="offline-absent">
        <Absent
          back
          title={t('This page needs the server')}
          sentence={t(
            'It does not answer at present. Your conversations are here, and what you write is sent later.',
          )}
        />
      </template>
      <template id="offline-locked">
        <Absent
          title={t('Sotto is locked here')}
          sentence={t(
            'The server does not answer at present, and without it nobody can sign in. Try again when you are connected.',
          )}
        />
      </template>
    </Shell>
  );
}

function Absent({ title, sentence, back = false }: { title: string; sentence: string; back?: boolean }) {
  return (
    <div class="welcome" data-view="offline">
      <div class="welcome-body">
        <h1 tabindex="-1" safe>
          {title}
        </h1>
        <p safe>{sentence}</p>
        <div class="buttons">
          <button type="button" class="button primary" data-try-again="">
            {text('Try again')}
          </button>
          {back ? (
            <a class="button" href="/">
              {text('Conversations')}
            </a>
          ) : (
            ''
          )}
        </div>
      </div>
    </div>
  );
}
