/** GET /c/:id: one conversation. The server draws the frame; words are drawn by the island alone. */
import type { AccountId, ConversationId } from '../../src/contract/ids.ts';
import { Avatar } from '../parts/avatar.tsx';
import { Icon, VerifiedMark } from '../parts/icon.tsx';

export interface Reader {
  readonly account: AccountId;
  readonly name: string;
  readonly username: string;
}

export interface ConversationProps {
  readonly id: ConversationId;
  readonly self: Reader;
  readonly peer: Reader;
  /** How many days the relay keeps what nobody fetched. */
  readonly relayDays: number;
}

export function Conversation({ id, self, peer, relayDays }: ConversationProps) {
  return (
    <div class="conversation" data-view="conversation">
      <div class="talk">
        <header class="bar" data-peer={peer.account}>
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
          <Avatar name={peer.name} />
          <div class="bar-title">
            <h1 tabindex="-1">
              <span data-peer-name="" safe>
                {peer.name}
              </span>
              <VerifiedMark />
            </h1>
            <p safe>{`@${peer.username}`}</p>
          </div>
          <a class="button quiet" href={`/verify/${peer.account}`}>
            <Icon name="shield" />
            Verify
          </a>
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
          data-peer={peer.account}
        />
        <p class="silence">
          <b>Nothing said yet.</b>
          <span safe>{`Only you and ${peer.name} can read what is written here.`}</span>
        </p>
        <noscript>
          <p class="card warn">
            Reading and writing need JavaScript: your keys live in this browser and only a script can use
            them.
          </p>
        </noscript>
        <sotto-composer data-conversation={id} />
      </div>
      <Details self={self} peer={peer} relayDays={relayDays} />
    </div>
  );
}

function Details({ self, peer, relayDays }: Omit<ConversationProps, 'id'>) {
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
      <ul class="readers" data-readers="">
        <ReaderRow reader={self} you />
        <ReaderRow reader={peer} />
      </ul>
      <p class="details-note">
        Every message is sealed for <b data-people-count="">2</b> people on <b data-device-count="">their</b>{' '}
        devices. Nobody else has a key, not even this server.
      </p>
      <div class="card">
        <h3>Is it really them?</h3>
        <p safe>{`Compare safety numbers with ${peer.name} once, in person or on a call.`}</p>
        <a class="link" href={`/verify/${peer.account}`}>
          Compare numbers
        </a>
      </div>
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
