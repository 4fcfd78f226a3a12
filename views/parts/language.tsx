/** Settings > Language: a plain form, so that it works without a script. */
import { t } from '../../src/contract/words.ts';
import { Section } from './sheet.tsx';
import { text } from './words.tsx';

/** What each language calls itself. */
const NAMES = { en: 'English', de: 'Deutsch' } as const;

/** @param chosen null when the browser decides */
export function LanguageChoice({ chosen }: { chosen: string | null }) {
  return (
    <Section
      id="language"
      title={t('Language')}
      lead={t('Of the pages, in this browser. What people write stays as it is.')}
    >
      <form class="language" method="post" action="/settings/language" hx-boost="false">
        <div class="field">
          <label for="language-choice">{text('Language of the pages')}</label>
          <select id="language-choice" name="language">
            <option value="" selected={chosen === null}>
              {text('As this browser asks for')}
            </option>
            {Object.entries(NAMES).map(([language, name]) => (
              <option value={language} lang={language} selected={chosen === language}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" class="button">
          {text('Save')}
        </button>
      </form>
    </Section>
  );
}
