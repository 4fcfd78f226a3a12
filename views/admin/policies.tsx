/** What the workspace allows, as one form. */
import { t } from '../../src/contract/words.ts';
import { Section } from '../parts/sheet.tsx';
import { text } from '../parts/words.tsx';

export interface PoliciesProps {
  readonly presence: boolean;
  readonly typing: boolean;
  /** It was stored by the request that this answers. */
  readonly saved?: boolean;
}

export function Policies({ presence, typing, saved = false }: PoliciesProps) {
  return (
    <Section
      id="policies"
      title={t('Policies')}
      lead={t('They hold for everybody here. What a policy switches off is not collected at all.')}
    >
      <form class="stack" method="post" action="/admin/policies">
        <label class="check">
          <input type="checkbox" name="presence" value="on" checked={presence} />
          <span>
            {text('People see who is online')}
            <small class="hint">{text('Each person can still hide.')}</small>
          </span>
        </label>
        <label class="check">
          <input type="checkbox" name="typing" value="on" checked={typing} />
          <span>{text('People see who is writing')}</span>
        </label>
        <p class="progress" role="status">
          {saved ? text('Saved.') : ''}
        </p>
        <div class="buttons">
          <button type="submit" class="button">
            {text('Save policies')}
          </button>
        </div>
      </form>
    </Section>
  );
}
