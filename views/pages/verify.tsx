/** GET /verify/:account: the safety number, to be compared over another line than this one. */

import type { AccountId, ConversationId } from '../../src/contract/ids.ts';
import { t } from '../../src/contract/words.ts';
import { Icon } from '../parts/icon.tsx';
import { Sheet } from '../parts/sheet.tsx';
import { markup, text } from '../parts/words.tsx';

export interface VerifyProps {
  readonly account: AccountId;
  readonly name: string;
  readonly username: string;
  /** The conversation with this person, to go back to; null while there is none. */
  readonly conversation: ConversationId | null;
}

export function Verify({ account, name, username, conversation }: VerifyProps) {
  return (
    <Sheet view="verify" title={t('Verify {name}', { name })} lead={`@${username}`} peer={account}>
      <div class="verify" data-peer={account}>
        <p>
          {markup(
            'You and {name} see the same sixty digits here when nobody stands between you. Meet and scan each other’s code, or call each other and compare all digits. A chat, this one included, is not a safe way to compare.',
            { name: <b safe>{name}</b> },
          )}
        </p>
        <div class="safety">
          <h2 class="safety-title">{text('Safety number')}</h2>
          <div class="safety-code" data-verify-code="" />
          <p class="safety-digits" data-safety-number="" translate="no" />
          <p class="safety-state" role="status">
            <span data-verified="" hidden>
              <Icon name="shield" />
              {text('Verified')}
            </span>
          </p>
        </div>
        <noscript>
          <p class="card warn">
            {text(
              'The safety number needs JavaScript: it is computed in this browser, from the keys that are in it.',
            )}
          </p>
        </noscript>
        <div class="safety-scan" data-scan="" hidden />
        <p class="card" role="status" data-scan-result="" hidden />
        <div class="buttons">
          <button type="button" class="button primary" data-verify={account}>
            <Icon name="shield" />
            {text('Mark as verified')}
          </button>
          <button type="button" class="button" data-scan-code="" hidden>
            {text('Scan their code')}
          </button>
          {conversation ? (
            <a class="button" href={`/c/${conversation}`}>
              {text('Back to the conversation')}
            </a>
          ) : (
            ''
          )}
        </div>
        <div class="card">
          <h2>{text('When the digits differ')}</h2>
          <p>
            {text(
              'Do not write anything private. One of you may be on a new device with a new identity, or somebody reads along. Ask each other, then ask your admin.',
            )}
          </p>
        </div>
        <p class="hint">
          {text(
            'Verification is kept on your devices alone. If the identity behind this name ever changes, you are told, and nothing is sent until you have seen it.',
          )}
        </p>
      </div>
    </Sheet>
  );
}
