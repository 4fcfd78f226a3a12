/** GET /: the list with nothing open: what to do next. */

import { Icon } from '../parts/icon.tsx';
import { text } from '../parts/words.tsx';

export interface WelcomeProps {
  readonly workspace: string;
  readonly isAdmin: boolean;
  /** They see those who share a conversation with them, and cannot look for others. */
  readonly isGuest: boolean;
  readonly conversations: number;
  /** Others in the workspace. */
  readonly others: number;
}

export function Welcome({ conversations, ...begin }: WelcomeProps) {
  return (
    <div class="welcome" data-view="conversations">
      <div class="welcome-body">
        {conversations > 0 ? <Choose /> : <Begin {...begin} />}
        <noscript>
          <p class="card warn">
            {text(
              'Reading and writing need JavaScript: your keys live in this browser and only a script can use them. Lists, settings and invites work without.',
            )}
          </p>
        </noscript>
      </div>
    </div>
  );
}

function Choose() {
  return (
    <>
      <Icon name="lock" />
      <h1 tabindex="-1">{text('Nothing open')}</h1>
      <p>{text('Choose a conversation from the list. What you write is sealed here before it leaves.')}</p>
    </>
  );
}

function Begin({ workspace, isAdmin, isGuest, others }: Omit<WelcomeProps, 'conversations'>) {
  if (isGuest && others === 0) return <Guest workspace={workspace} />;
  return (
    <>
      <h1 tabindex="-1">{text('Welcome to {workspace}', { workspace })}</h1>
      {others === 0 ? (
        <Alone isAdmin={isAdmin} />
      ) : (
        <p>{text('Nobody has written to you yet. Make the beginning:')}</p>
      )}
      <ol class="steps">
        {isAdmin ? (
          <li class={others === 0 ? 'step next' : 'step'}>
            <b>{text('Invite people')}</b>
            <span>
              {text(
                'Make a link, and send it in a way you trust. It works for as many people and days as you say.',
              )}
            </span>
            <a class={others === 0 ? 'button primary' : 'button'} href="/admin#invites">
              <Icon name="link" />
              {text('Go to invites')}
            </a>
          </li>
        ) : (
          ''
        )}
        <li class={others === 0 ? 'step' : 'step next'}>
          <b>{text('Write to somebody')}</b>
          <span>
            {text('Above the list, choose whom to talk to. Both of you see the conversation at once.')}
          </span>
        </li>
        <li class="step">
          <b>{text('Compare safety numbers')}</b>
          <span>{text('Sixty digits, the same on both screens, say that nobody stands between you.')}</span>
        </li>
      </ol>
    </>
  );
}

function Guest({ workspace }: { workspace: string }) {
  return (
    <>
      <h1 tabindex="-1">{text('Welcome to {workspace}', { workspace })}</h1>
      <p>
        {text(
          'You are a guest here: you see the conversations that somebody brings you into, and who is in them. Tell whoever invited you that you have arrived.',
        )}
      </p>
    </>
  );
}

function Alone({ isAdmin }: { isAdmin: boolean }) {
  return isAdmin ? (
    <p>{text('You are the only one here so far.')}</p>
  ) : (
    <p>{text('You are the only one here so far. Your admin can invite others.')}</p>
  );
}
