/**
 * THE markup of a message. The server renders it for fragments that carry ciphertext; the island clones
 * `<template id="message">` for what it has in its history. There is no second one.
 */
import type { AccountId, BodyId } from '../../src/contract/ids.ts';
import type { Delivery } from '../../src/contract/relay.ts';
import { t } from '../../src/contract/words.ts';
import { Avatar } from './avatar.tsx';
import { Icon, VerifiedMark } from './icon.tsx';

export interface MessageProps {
  readonly id: BodyId;
  readonly sender: AccountId;
  /** The sender's name as the server knows it; the island replaces it by the verified one. */
  readonly author: string;
  /** Relay's clock, epoch milliseconds. */
  readonly at: number;
  /** The ciphertext that the island opens; null in the template. */
  readonly sealed: Pick<Delivery, 'seq' | 'class' | 'conversation' | 'attempts' | 'body' | 'envelope'> & {
    readonly device: string;
  };
}

/** A message as a fragment: an article with its ciphertext. */
export function Message({ id, sender, author, at, sealed }: MessageProps) {
  return (
    <article class="message" data-message={id} data-sender={sender} data-at={String(at)}>
      <Frame author={author} at={at}>
        <sealed-message
          data-seq={String(sealed.seq)}
          data-class={String(sealed.class)}
          data-conversation={sealed.conversation}
          data-device={sealed.device}
          data-attempts={String(sealed.attempts)}
          data-body={sealed.body}
          data-envelope={sealed.envelope}
        />
      </Frame>
    </article>
  );
}

/** The props of a delivery: what `routes/socket` has in its hand. */
export function messageOf(delivery: Delivery, author: string): MessageProps {
  const { id, acceptedAt, seq, conversation, attempts, body, envelope } = delivery;
  const { account, device } = delivery.sender;
  return {
    id,
    sender: account,
    author,
    at: acceptedAt,
    sealed: { seq, class: delivery.class, conversation, device, attempts, body, envelope },
  };
}

/** `<template id="message">`: the same article, empty. */
export function MessageTemplate() {
  return (
    <template id="message">
      <article class="message" data-message="" data-sender="" data-at="">
        <Frame author="" at={null}>
          <sealed-message />
        </Frame>
      </article>
    </template>
  );
}

function Frame({ author, at, children }: { author: string; at: number | null; children: JSX.Element }) {
  return (
    <>
      <Avatar name={author} />
      <header>
        <b data-author="" safe>
          {author}
        </b>
        <VerifiedMark />
      </header>
      <div class="message-body">
        {children}
        <span class="message-signs">
          <span class="sign" data-pinned="" hidden role="img" aria-label={t('Pinned')} title={t('Pinned')}>
            <Icon name="pin" />
          </span>
          <span class="sign" data-timer="" hidden>
            <Icon name="clock" />
            <span data-timer-left="" />
          </span>
          <span class="status" data-status="" />
        </span>
      </div>
      {/* After the words, as it is heard; the styles put it beside the name. */}
      <Time at={at} />
    </>
  );
}

/** The hour in UTC; the island writes the reader's own. */
function Time({ at }: { at: number | null }) {
  if (at === null) return <time datetime="" />;
  const iso = new Date(at).toISOString();
  return (
    <time datetime={iso} safe>
      {iso.slice(11, 16)}
    </time>
  );
}
