/** GET /settings/tokens: what programs may do in one's name. A new token is shown once. */
import type { Role } from '../../src/contract/accounts.ts';
import { may } from '../../src/contract/permissions.ts';
import { SCOPES } from '../../src/contract/scopes.ts';
import {
  MAX_TOKEN_NAME,
  TOKEN_DAYS,
  type TokenCreated,
  type TokenRecord,
} from '../../src/contract/tokens.ts';
import { plural, say, t } from '../../src/contract/words.ts';
import { attribute } from '../parts/attribute.ts';
import { Field, FieldError } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { SettingsNav } from '../parts/settings-nav.tsx';
import { Section, Sheet, When } from '../parts/sheet.tsx';
import { markup, text } from '../parts/words.tsx';

export interface TokensProps {
  readonly role: Role;
  readonly username: string;
  readonly tokens: readonly TokenRecord[];
  /** Epoch milliseconds: which of them are over. */
  readonly now: number;
  /** Whether they showed who they are a moment ago. */
  readonly confirmed: boolean;
  readonly typed?: {
    readonly name: string;
    readonly scopes: readonly string[];
    readonly days: string;
    readonly errors: Readonly<Record<string, string>>;
  };
  readonly created?: TokenCreated;
}

export function Tokens(props: TokensProps) {
  const { role, username, tokens, now, confirmed, created } = props;
  return (
    <Sheet view="settings" title={t('Tokens')} lead={`@${username}`}>
      <SettingsNav role={role} here="/settings/tokens" />
      {created ? <Created token={created} /> : ''}
      <Section
        id="tokens"
        title={t('Tokens')}
        lead={t(
          'Programs call the API with them, in your name and with your device, without its keys: what is sealed stays sealed. They end with the device that made them, and when you sign out everywhere.',
        )}
      >
        {tokens.length === 0 ? <p>{text('You have none.')}</p> : <List tokens={tokens} now={now} />}
        <p class="hint">
          <a href="/api/docs" hx-boost="false">
            {text('What programs can do: the description of the API')}
          </a>
        </p>
      </Section>
      <Section id="new" title={t('New token')}>
        {confirmed ? (
          <NewToken role={role} typed={props.typed} />
        ) : (
          <>
            <p>{text('Whoever has a token acts in your name. Show once more that it is you.')}</p>
            <div class="buttons">
              <a class="button" href="/confirm?then=%2Fsettings%2Ftokens" hx-boost="false">
                {text('Confirm that it is you')}
              </a>
            </div>
          </>
        )}
      </Section>
    </Sheet>
  );
}

function Created({ token }: { token: TokenCreated }) {
  return (
    <div class="card ok" role="status">
      <p>
        <b>{text('Here is the token.')}</b>{' '}
        {markup('Keep it where the program finds it: it is not shown again. It ends on {day}.', {
          day: <When at={token.expiresAt} />,
        })}
      </p>
      <p class="invite-line">
        <code class="wrap" id="new-token" data-token="" translate="no" safe>
          {token.token}
        </code>
        <button type="button" class="button small" data-copy="new-token" hidden>
          <Icon name="copy" />
          {text('Copy token')}
        </button>
      </p>
    </div>
  );
}

function List({ tokens, now }: { tokens: readonly TokenRecord[]; now: number }) {
  return (
    <ul class="list">
      {tokens.map((token) => (
        <li class="list-row">
          <span class="list-main">
            <b safe>{token.name}</b>
            <small>
              {token.scopes.map((scope) => (
                <>
                  <code>{scope}</code>{' '}
                </>
              ))}
            </small>
            <small>
              {token.expiresAt > now
                ? markup('Until {day}', { day: <When at={token.expiresAt} /> })
                : markup('Over since {day}', { day: <When at={token.expiresAt} /> })}
              {', '}
              {token.lastUsedAt === null
                ? text('never used')
                : markup('last used {time}', { time: <When at={token.lastUsedAt} hour /> })}
            </small>
          </span>
          <form
            class="list-side"
            method="post"
            action={`/settings/tokens/${encodeURIComponent(token.id)}/revoke`}
          >
            <button type="submit" class="button small" aria-label={t('Revoke {name}', { name: token.name })}>
              {text('Revoke')}
            </button>
          </form>
        </li>
      ))}
    </ul>
  );
}

function NewToken({ role, typed }: { role: Role; typed: TokensProps['typed'] | undefined }) {
  const chosen = typed?.scopes ?? [];
  const scopes = Object.entries(SCOPES).filter(([, { needs }]) => may(role, needs));
  return (
    <form class="stack" method="post" action="/settings/tokens" hx-boost="false">
      <Field
        name="name"
        label={t('Name')}
        hint={t('What it is for, such as the name of the program.')}
        value={typed?.name ?? ''}
        error={typed?.errors.name}
        maxlength={MAX_TOKEN_NAME}
      />
      <fieldset class="stack" aria-describedby="token-scopes-error">
        <legend>{text('What it may do')}</legend>
        {scopes.map(([scope, { words }]) => (
          <label class="check">
            <input type="checkbox" name="scopes" value={attribute(scope)} checked={chosen.includes(scope)} />
            <span>
              <span safe>{say(words)}</span>
              <small class="hint">
                <code safe>{scope}</code>
              </small>
            </span>
          </label>
        ))}
        <FieldError name="scopes" id="token-scopes-error" error={typed?.errors.scopes} />
      </fieldset>
      <div class="field">
        <label for="token-days">{text('Ends after')}</label>
        <select id="token-days" name="days" aria-describedby="token-days-error">
          {TOKEN_DAYS.map((days) => (
            <option value={String(days)} selected={String(days) === (typed?.days ?? '90')} safe>
              {plural(days, '{n} day', '{n} days')}
            </option>
          ))}
        </select>
        <FieldError name="days" id="token-days-error" error={typed?.errors.days} />
      </div>
      <div class="buttons">
        <button type="submit" class="button primary">
          {text('Make token')}
        </button>
      </div>
    </form>
  );
}
