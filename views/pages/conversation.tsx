/** GET /c/:id: one conversation. The server draws the frame; words, and what a group is called, are drawn by the island alone. */
import type { AccountId, ConversationId } from '../../src/contract/ids.ts';
import { Avatar } from '../parts/avatar.tsx';
import { GroupAvatar, groupSize } from '../parts/conversation-row.tsx';
import { Icon, VerifiedMark } from '../parts/icon.tsx';

export interface Reader {
  readonly account: AccountId;
  readonly name: string;
  readonly username: string;
}

export interface ConversationProps {
  readonly id: ConversationId;
  readonly self: Reader;
  /** The other person of a direct conversation; null for a group. */
  readonly peer: Reader | null;
  /** Everybody but oneself, as the server believes; the island draws them anew from the signed roster. */
  readonly others: readonly Reader[];
  /** Whether this person is in it; who was removed reads on what is here already. */
  readonly isMember: boolean;
  /** How many days the relay keeps what nobody fetched. */
  readonly relayDays: number;
}

export function Conversation(props: ConversationProps) {
  const { id, peer, others, isMember } = props;
  return (
    <div class="conversation" data-view="conversation">
      <div class="talk">
        <header class="bar" data-peer={peer?.account ?? id}>
          <a
            class="icon-button back"
            href="/"
            aria-label="Back to conversations"
            hx-get="/"
            hx-target="#main"
            hx-push-url="true"
          >
            <Icon name="back" />
          </a>
          {peer ? (
            <PeerTitle peer={peer} />
          ) : (
            <GroupTitle id={id} people={isMember ? others.length + 1 : 0} />
          )}
          <button type="button" class="icon-button open-details" popovertarget="details" aria-label="Details">
            <Icon name="info" />
          </button>
        </header>
        <div
          id="timeline"
          role="log"
          aria-label="Messages"
          tabindex="0"
          data-conversation={id}
          {...(peer ? { 'data-peer': peer.account } : {})}
        />
        <p class="silence">
          <b>Nothing said yet.</b>
          <span safe>
            {`Only ${peer ? `you and ${peer.name}` : 'the people in this group'} can read what is written here.`}
          </span>
        </p>
        <noscript>
          <p class="card warn">
            Reading and writing need JavaScript: your keys live in this browser and only a script can use
            them.
          </p>
        </noscript>
        <sotto-composer data-conversation={id} />
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
        <p data-peer-username={peer.account} safe>
          {`@${peer.username}`}
        </p>
      </div>
      <a class="button quiet" href={`/verify/${peer.account}`}>
        <Icon name="shield" />
        Verify
      </a>
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
        <p data-group-topic="" safe>
          {people === 0 ? 'You are not in it any more' : people === 1 ? '1 person' : `${people} people`}
        </p>
      </div>
      <a class="button quiet" href={`/c/${id}/people`}>
        <Icon name="people" />
        People
      </a>
    </>
  );
}

function Details({ id, self, peer, others, relayDays }: ConversationProps) {
  return (
    <section class="details" id="details" popover="auto" aria-label="Details">
      <header class="details-head">
        <h2>Who can read this</h2>
        <button
          type="button"
          class="icon-button close-details"
          popovertarget="details"
          popovertargetaction="hide"
          aria-label="Close details"
        >
          <Icon name="close" />
        </button>
      </header>
      <ul class="readers" data-readers={id}>
        <ReaderRow reader={self} you />
        {others.map((reader) => (
          <ReaderRow reader={reader} />
        ))}
      </ul>
      <p class="details-note">
        Every message is sealed for <b data-people-count="" safe>{`${others.length + 1}`}</b> people on{' '}
        <b data-device-count="">their</b> devices. Nobody else has a key, not even this server.
      </p>
      {peer ? <VerifyCard peer={peer} /> : <GroupCard id={id} />}
      <h2>How long it stays</h2>
      <p class="details-note">
        <span
          safe
        >{`The server holds a sealed message until every device has fetched it, ${relayDays} days at most.`}</span>{' '}
        The history is on your devices alone.
      </p>
    </section>
  );
}

function VerifyCard({ peer }: { peer: Reader }) {
  return (
    <div class="card">
      <h3>Is it really them?</h3>
      <p safe>{`Compare safety numbers with ${peer.name} once, in person or on a call.`}</p>
      <a class="link" href={`/verify/${peer.account}`}>
        Compare numbers
      </a>
    </div>
  );
}

function GroupCard({ id }: { id: ConversationId }) {
  return (
    <div class="card">
      <h3>Who decides who is here?</h3>
      <p>
        Owners and admins of this group sign who is in it. Your device checks every signature: the server
        cannot add anybody unseen.
      </p>
      <a class="link" href={`/c/${id}/people`}>
        People and name
      </a>
    </div>
  );
}

function ReaderRow({ reader, you = false }: { reader: Reader; you?: boolean }) {
  return (
    <li data-account={reader.account}>
      <Avatar name={reader.name} />
      <span class="reader-name">
        <span safe>{you ? `${reader.name} (you)` : reader.name}</span>
        {you ? '' : <VerifiedMark />}
      </span>
      <span class="reader-devices" data-devices="" />
    </li>
  );
}
