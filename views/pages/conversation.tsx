/** GET /c/:id: one conversation. The server draws the frame; words, and what a group is called, are drawn by the island alone. */

import type { AccountId, ConversationId } from '../../src/contract/ids.ts';
import { plural, t } from '../../src/contract/words.ts';
import { Avatar } from '../parts/avatar.tsx';
import { ConversationChoices, Pinned, Thread } from '../parts/conversation-details.tsx';
import { GroupAvatar, groupSize, NotesAvatar } from '../parts/conversation-row.tsx';
import { Icon, VerifiedMark } from '../parts/icon.tsx';
import { markup, text } from '../parts/words.tsx';

export interface Reader {
  readonly account: AccountId;
  readonly name: string;
  readonly username: string;
  /** The account was deleted. */
  readonly deleted?: boolean;
}

export interface ConversationProps {
  readonly id: ConversationId;
  readonly self: Reader;
  /** The other person of a direct conversation; null for a group, and for notes to oneself. */
  readonly peer: Reader | null;
  readonly isNotes?: boolean;
  /** Everybody but oneself, as the server believes; the island draws them anew from the signed roster. */
  readonly others: readonly Reader[];
  /** Whether this person is in it; who was removed reads on what is here already. */
  readonly isMember: boolean;
  /** How many days the relay keeps what nobody fetched. */
  readonly relayDays: number | null;
}

export function Conversation(props: ConversationProps) {
  const { id, self, peer, isNotes, others, isMember } = props;
  // Whoever makes the conversation's id together with oneself.
  const partner = isNotes ? self.account : peer?.account;
  return (
    <div class="conversation" data-view="conversation">
      <div class="talk">
        <header class="bar" data-peer={peer?.account ?? id}>
          <a
            class="icon-button back"
            href="/"
            aria-label={t('Back to conversations')}
            hx-get="/"
            hx-target="#main"
            hx-push-url="true"
          >
            <Icon name="back" />
          </a>
          {isNotes ? (
            <NotesTitle />
          ) : peer ? (
            <PeerTitle peer={peer} />
          ) : (
            <GroupTitle id={id} people={isMember ? others.length + 1 : 0} />
          )}
          <a class="icon-button" href={`/c/${id}/files`} aria-label={t('Files')} title={t('Files')}>
            <Icon name="files" />
          </a>
          <button
            type="button"
            class="icon-button"
            hidden
            data-search-in={id}
            aria-label={t('Search in this conversation')}
          >
            <Icon name="search" />
          </button>
          <button
            type="button"
            class="icon-button open-details"
            popovertarget="details"
            aria-label={t('Details')}
          >
            <Icon name="info" />
          </button>
        </header>
        <div
          id="timeline"
          role="log"
          aria-label={t('Messages')}
          tabindex="0"
          data-conversation={id}
          {...(partner ? { 'data-peer': partner } : {})}
        />
        <p class="silence">
          <b>{text('Nothing said yet.')}</b>
          <span safe>
            {isNotes
              ? t('Only you can read what is written here, on each of your devices.')
              : peer
                ? t('Only you and {name} can read what is written here.', { name: peer.name })
                : t('Only the people in this group can read what is written here.')}
          </span>
        </p>
        <noscript>
          <p class="card warn">
            {text(
              'Reading and writing need JavaScript: your keys live in this browser and only a script can use them.',
            )}
          </p>
        </noscript>
        <div class="jump-place">
          <button type="button" class="jump" data-jump="" hidden aria-label={t('Jump to latest')}>
            <span data-jump-count="" />
            <Icon name="down" />
          </button>
        </div>
        <p class="writers" data-writers={id} />
        {peer?.deleted ? (
          <p class="card warn" role="note">
            {text(
              'This account was deleted. What you have of this conversation stays; nobody would read what you write.',
            )}
          </p>
        ) : (
          <sotto-composer data-conversation={id} />
        )}
      </div>
      <Details {...props} />
    </div>
  );
}

function PeerTitle({ peer }: { peer: Reader }) {
  return (
    <>
      <Avatar name={peer.name} />
      <div class="bar-title">
        <h1 tabindex="-1">
          <span data-peer-name="" safe>
            {peer.name}
          </span>
          <VerifiedMark />
        </h1>
        {peer.deleted ? (
          ''
        ) : (
          <p>
            <span data-peer-username={peer.account} safe>
              {`@${peer.username}`}
            </span>
            <span class="here" data-presence-of={peer.account} />
          </p>
        )}
      </div>
      {peer.deleted ? (
        ''
      ) : (
        <a class="button quiet" href={`/verify/${peer.account}`}>
          <Icon name="shield" />
          {text('Verify')}
        </a>
      )}
    </>
  );
}

function NotesTitle() {
  return (
    <>
      <NotesAvatar />
      <div class="bar-title">
        <h1 tabindex="-1">{text('Notes to self')}</h1>
        <p>{text('For you alone')}</p>
      </div>
    </>
  );
}

function GroupTitle({ id, people }: { id: ConversationId; people: number }) {
  return (
    <>
      <GroupAvatar />
      <div class="bar-title" data-group-title={id}>
        <h1 tabindex="-1">
          <span data-group-name="" safe>
            {groupSize(people)}
          </span>
        </h1>
        <p>
          <span data-group-topic="" safe>
            {people === 0 ? t('You are not in it any more') : plural(people, '{n} person', '{n} people')}
          </span>
          <span class="here" data-here-now={id} />
        </p>
      </div>
      <a class="button quiet" href={`/c/${id}/people`}>
        <Icon name="people" />
        {text('People')}
      </a>
    </>
  );
}

function Details({ id, self, peer, isNotes, others, relayDays }: ConversationProps) {
  return (
    <section
      class="details"
      id="details"
      popover="auto"
      aria-label={t('Details')}
      data-conversation-details={id}
    >
      <header class="details-head">
        <h2>{text('Who can read this')}</h2>
        <button
          type="button"
          class="icon-button close-details"
          popovertarget="details"
          popovertargetaction="hide"
          aria-label={t('Close details')}
        >
          <Icon name="close" />
        </button>
      </header>
      <Thread />
      <ul class="readers" data-readers={id}>
        <ReaderRow reader={self} you />
        {others.map((reader) => (
          <ReaderRow reader={reader} />
        ))}
      </ul>
      {isNotes ? (
        <p class="details-note">
          {text('Every note is sealed for your own devices. Nobody else has a key, not even this server.')}
        </p>
      ) : (
        <p class="details-note">
          {markup(
            'Every message is sealed for {people} people on {devices} devices. Nobody else has a key, not even this server.',
            {
              people: <b data-people-count="" safe>{`${others.length + 1}`}</b>,
              devices: <b data-device-count="">{text('their')}</b>,
            },
          )}
        </p>
      )}
      {peer && !peer.deleted ? <VerifyCard peer={peer} /> : peer || isNotes ? '' : <GroupCard id={id} />}
      <ConversationChoices />
      <h2>{text('How long it stays')}</h2>
      <p class="details-note">
        <span safe>
          {relayDays === null
            ? t('The server holds a sealed message until every device has fetched it.')
            : plural(
                relayDays,
                'The server holds a sealed message until every device has fetched it, for a day at most.',
                'The server holds a sealed message until every device has fetched it, {n} days at most.',
              )}
        </span>{' '}
        {text(
          'Your own history is on your devices, and saved for them on the server under keys that only they open.',
        )}
      </p>
      <Pinned />
    </section>
  );
}

function VerifyCard({ peer }: { peer: Reader }) {
  return (
    <div class="card">
      <h3>{text('Is it really them?')}</h3>
      <p>{text('Compare safety numbers with {name} once, in person or on a call.', { name: peer.name })}</p>
      <a class="link" href={`/verify/${peer.account}`}>
        {text('Compare numbers')}
      </a>
    </div>
  );
}

function GroupCard({ id }: { id: ConversationId }) {
  return (
    <div class="card">
      <h3>{text('Who decides who is here?')}</h3>
      <p>
        {text(
          'Owners and admins of this group sign who is in it. Your device checks every signature: the server cannot add anybody unseen.',
        )}
      </p>
      <a class="link" href={`/c/${id}/people`}>
        {text('People and name')}
      </a>
    </div>
  );
}

function ReaderRow({ reader, you = false }: { reader: Reader; you?: boolean }) {
  return (
    <li data-account={reader.account}>
      <Avatar name={reader.name} />
      <span class="reader-name">
        <span safe>{you ? t('{name} (you)', { name: reader.name }) : reader.name}</span>
        {you ? '' : <VerifiedMark />}
      </span>
      <span class="reader-devices" data-devices="" />
    </li>
  );
}
