/**
 * One conversation in the list. A plain link: the list around it (`parts/conversation-list.tsx`) tells htmx to swap the
 * main pane instead of loading a page. The same row arrives over the socket when somebody starts a conversation.
 */
import type { AccountId, ConversationId } from '../../src/contract/ids.ts';
import { Avatar } from './avatar.tsx';
import { VerifiedMark } from './icon.tsx';

export interface ConversationRowProps {
  readonly conversation: ConversationId;
  /** The other person of a direct conversation. */
  readonly peer: AccountId;
  /** Their name as the server knows it. */
  readonly name: string;
  /** Epoch milliseconds: the list is in this order, newest first. */
  readonly lastActivity: number;
  /** The conversation that is open on this page. */
  readonly current?: boolean;
}

export function ConversationRow({ conversation, peer, name, lastActivity, current }: ConversationRowProps) {
  return (
    <li>
      <a
        class="row"
        href={`/c/${conversation}`}
        data-conversation={conversation}
        data-peer={peer}
        data-activity={String(lastActivity)}
        {...(current ? { 'aria-current': 'page' as const } : {})}
      >
        <Avatar name={name} />
        <span class="row-name">
          <b data-peer-name="" safe>
            {name}
          </b>
          <VerifiedMark />
        </span>
        <time class="row-time" datetime={new Date(lastActivity).toISOString()} safe>
          {new Date(lastActivity).toISOString().slice(0, 10)}
        </time>
        <sealed-preview class="row-last" />
        <span class="row-count" data-unread="" hidden />
      </a>
    </li>
  );
}
