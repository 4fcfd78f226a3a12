import { expect, test } from 'bun:test';
import { t } from '../contract/words.ts';
import { chosenLanguage, languageCookie, speakTo, speechOf } from './language.ts';

const asks = (headers: Record<string, string>) => new Request('http://localhost/', { headers });
const accepts = (value: string) => speechOf(asks({ 'accept-language': value }));

test('English, when nobody says anything or asks for what there is not', () => {
  for (const request of [asks({}), asks({ 'accept-language': 'fr-FR,fr;q=0.9' })])
    expect(speechOf(request)).toMatchObject({ language: 'en', locale: 'en' });
});

test('what a browser asks for most, in its own region', () => {
  expect(accepts('de-AT,de;q=0.9,en;q=0.5')).toMatchObject({ language: 'de', locale: 'de-AT' });
  expect(accepts('en-gb;q=0.4, DE;q=0.8')).toMatchObject({ language: 'de', locale: 'de' });
  expect(accepts('fr, de;q=0.1, en;q=0.05')).toMatchObject({ language: 'de' });
  expect(accepts('de;q=0, en;q=0.1')).toMatchObject({ language: 'en' });
});

test('a header that is none says nothing, and reaches no Intl', () => {
  for (const value of ['de-<script>', '*', 'x'.repeat(10_000), 'de;q=x', 'en-----', '../../de'])
    expect(accepts(value)).toMatchObject({ language: 'en', locale: 'en' });
});

test('a choice in Settings comes before the browser, and can be taken back', () => {
  const cookie = languageCookie('de', true);
  expect(cookie).toBe('sotto-language=de; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure');
  const request = asks({ cookie: `other=1; ${cookie.split(';')[0]}`, 'accept-language': 'en-GB' });
  expect(chosenLanguage(request)).toBe('de');
  expect(speechOf(request)).toMatchObject({ language: 'de', locale: 'de' });
  expect(languageCookie(null, false)).toContain('Max-Age=0');
  expect(chosenLanguage(asks({ cookie: 'sotto-language=xx' }))).toBeNull();
});

test('a rendering speaks it, and nothing after it does', () => {
  const request = asks({ 'accept-language': 'de' });
  expect(speakTo(request, () => t('Settings'))).toBe('Einstellungen');
  expect(t('Settings')).toBe('Settings');
});
