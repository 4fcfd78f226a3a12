/**
 * The workspace: conversations at the left, one pane at the right. A click on a conversation swaps the pane
 * (`#main`); the list, the inbox with its socket, notices and the connection's status stay.
 */

import type { Children } from '@kitajs/html';
import { may } from '../../src/contract/permissions.ts';
import type { PolicyValues } from '../../src/contract/policies.ts';
import { t } from '../../src/contract/words.ts';
import type { DocumentProps, Viewer } from '../layout.tsx';
import { Document, titleOf } from '../layout.tsx';
import { adminHome } from './admin-nav.tsx';
import { Avatar } from './avatar.tsx';
import { Mark } from './brand.tsx';
import { ConversationRow, type ConversationRowProps } from './conversation-row.tsx';
import { Icon } from './icon.tsx';
import { MessageTemplate } from './message.tsx';
import { NewConversationDialog } from './new-conversation.tsx';
import { NewPlaceNotice, type NewPlaceProps } from './new-place.tsx';
import { text } from './words.tsx';

export interface ShellProps extends Pick<DocumentProps, 'site' | 'page' | 'title'> {
  readonly viewer: Viewer;
  /** What a new group says of history for those who come later, unless chosen otherwise. */
  readonly history: PolicyValues['history'];
  readonly conversations: readonly ConversationRowProps[];
  /** Sign-ins that the person has not answered. */
  readonly newPlaces?: readonly NewPlaceProps[];
  readonly children: Children;
}

export function Shell(props: ShellProps) {
  const { site, page, title, viewer, history, conversations, newPlaces = [], children } = props;
  const converses = may(viewer.role, 'converse');
  return (
    <Document site={site} page={page} title={title} viewer={viewer}>
      <div class="app">
        <div id="notices" aria-live="polite" />
        <div id="places" aria-live="polite">
          {newPlaces.map((place) => (
            <NewPlaceNotice {...place} />
          ))}
        </div>
        <div class="side">
          <header class="side-head">
            <a class="workspace" href="/">
              <Mark />
              <span safe>{site.workspace}</span>
            </a>
            {converses ? <BeginButton /> : ''}
          </header>
          {converses ? (
            <>
              <search class="side-search">
                <div data-search="" />
              </search>
              <ConversationList conversations={conversations} />
            </>
          ) : (
            <div class="side-list" />
          )}
          <Me viewer={viewer} page={page} />
        </div>
        <div class="stage">
          <main id="main" tabindex="-1">
            {children}
          </main>
        </div>
      </div>
      <p id="connection" role="status" />
      <div id="inbox" hidden hx-ws:connect="/socket" />
      <MessageTemplate />
      {converses ? <NewConversationDialog role={viewer.role} history={history} /> : ''}
    </Document>
  );
}

function BeginButton() {
  return (
    <button type="button" class="button new" command="show-modal" commandfor="new-conversation">
      <Icon name="plus" />
      {text('New conversation')}
    </button>
  );
}

/** What a swap of `#main` carries: the pane, and the document's title for htmx. */
export function Pane({
  title,
  workspace,
  children,
}: {
  title: string;
  workspace: string;
  children: Children;
}) {
  return (
    <>
      <head>
        <title safe>{titleOf(title, workspace)}</title>
      </head>
      {children}
    </>
  );
}

/** A click on a row swaps the pane alone. */
const SWAPS = {
  'hx-boost:inherited': 'true',
  'hx-target:inherited': '#main',
  'hx-swap:inherited': 'innerHTML show:none',
  'hx-sync:inherited': '#main:replace',
} as const;

function ConversationList({ conversations }: { conversations: readonly ConversationRowProps[] }) {
  return (
    <nav class="side-list" aria-label={t('Conversations')} data-conversations="">
      <ul data-rows="" {...SWAPS}>
        {conversations.map((row) => (
          <ConversationRow {...row} />
        ))}
      </ul>
      <p class="side-empty" data-empty-list="">
        {text('No conversations yet.')}
      </p>
      {/* Which ones a person has put away is sealed: the island moves their rows here. */}
      <details class="archived" data-archived="" hidden>
        <summary>
          {text('Archived')} <span data-archived-count="" />
        </summary>
        <ul data-archived-rows="" {...SWAPS} />
      </details>
    </nav>
  );
}

function Me({ viewer, page }: { viewer: Viewer; page: string }) {
  const admin = adminHome(viewer.role);
  return (
    <footer class="me" data-account={viewer.account}>
      <div class="me-who">
        <Avatar name={viewer.name} />
        <p class="me-name">
          <b safe>{viewer.name}</b>
          <small safe>{`@${viewer.username}`}</small>
        </p>
        <button
          type="button"
          class="me-status"
          aria-label={t('Your status')}
          title={t('Your status')}
          data-own-status=""
          hidden
        />
      </div>
      {admin === null ? (
        ''
      ) : (
        <a class="me-link" href={admin} title={t('Admin')} {...(page === 'admin' ? CURRENT : {})}>
          <Icon name="people" />
          <span>{text('Admin')}</span>
        </a>
      )}
      {may(viewer.role, 'converse') ? (
        <a class="me-link" href="/files" title={t('Files')} {...(page === 'files' ? CURRENT : {})}>
          <Icon name="files" />
          <span>{text('Files')}</span>
        </a>
      ) : (
        ''
      )}
      <a class="me-link" href="/settings" title={t('Settings')} {...(page === 'settings' ? CURRENT : {})}>
        <Icon name="settings" />
        <span>{text('Settings')}</span>
      </a>
    </footer>
  );
}

const CURRENT = { 'aria-current': 'page' } as const;
