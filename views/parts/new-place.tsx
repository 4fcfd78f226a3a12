/** A sign-in from a new place, told above the workspace until its person has answered. */
import { describeAgent } from '../../src/contract/agent.ts';
import { When } from './sheet.tsx';
import { markup, text } from './words.tsx';

export interface NewPlaceProps {
  readonly id: string;
  readonly agent: string;
  readonly address: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export function NewPlaceNotice({ id, agent, address, at }: NewPlaceProps) {
  const path = `/settings/new-places/${id}`;
  return (
    <div class="notice warn" data-notice={`place-${id}`}>
      <p>
        {markup('Signed in from a new place: {browser}, {address}, {time}. Not you? End it.', {
          browser: <b safe>{describeAgent(agent)}</b>,
          address: <span safe>{address}</span>,
          time: <When at={at} hour />,
        })}
      </p>
      <form method="post" action={`${path}/end`}>
        <button type="submit" class="link">
          {text('End it')}
        </button>
      </form>
      <a class="link" href="/settings#sessions">
        {text('Look at your sessions')}
      </a>
      <form
        method="post"
        action={`${path}/dismiss`}
        hx-post={`${path}/dismiss`}
        hx-target="closest [data-notice]"
        hx-swap="delete"
      >
        <button type="submit" class="link">
          {text('It was me')}
        </button>
      </form>
    </div>
  );
}
