/**
 * One conversation in the list. A plain link: the list around it (`parts/shell.tsx`) tells htmx to swap the main pane
 * instead of loading a page. The same row arrives over the socket when somebody starts a conversation.
 */
import type { AccountId, ConversationId } from '../../src/contract/ids.ts';
import { plural, t } from '../../src/contract/words.ts';
import { Avatar } from './avatar.tsx';
import { Icon, VerifiedMark } from './icon.tsx';

export interface ConversationRowProps {
  readonly conversation: ConversationId;
  /** The other person of a direct conversation; null for a group, and for notes to oneself. */
  readonly peer: AccountId | null;
  readonly isNotes?: boolean;
  /** Their name as the server knows it. What a group is called is sealed: only its size stands here. */
  readonly name: string;
  /** Epoch milliseconds: the list is in this order, newest first. */
  readonly lastActivity: number;
  /** The conversation that is open on this page. */
  readonly current?: boolean;
}

export function ConversationRow(props: ConversationRowProps) {
  const { conversation, peer, isNotes = false, name, lastActivity, current } = props;
  return (
    <li>
      <a
        class="row"
        href={`/c/${conversation}`}
        data-conversation={conversation}
        data-peer={peer ?? conversation}
        {...(peer === null && !isNotes ? { 'data-group': '' } : {})}
        data-activity={String(lastActivity)}
        {...(current ? { 'aria-current': 'page' as const } : {})}
      >
        {isNotes ? <NotesAvatar /> : peer === null ? <GroupAvatar /> : <Avatar name={name} />}
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
        <span class="row-signs">
          <span data-muted-mark="" hidden role="img" aria-label={t('Muted')} title={t('Muted')}>
            <Icon name="mute" />
          </span>
          <span
            class="row-mention"
            data-mention-mark=""
            hidden
            role="img"
            aria-label={t('You are mentioned')}
          >
            @
          </span>
          <span class="row-count" data-unread="" hidden />
        </span>
      </a>
    </li>
  );
}

/** A group has no initials that the server could know. */
export function GroupAvatar() {
  return (
    <span class="avatar" aria-hidden="true">
      <Icon name="people" />
    </span>
  );
}

/** Of notes to oneself, which nobody else can read. */
export function NotesAvatar() {
  return (
    <span class="avatar" aria-hidden="true">
      <Icon name="lock" />
    </span>
  );
}

/** What stands for a group's name until the island writes the real one. Nobody is named to who is not in it any more. */
export function groupSize(people: number): string {
  if (people === 0) return t('Group you were in');
  return plural(people, 'Group, only you', 'Group of {n}');
}
