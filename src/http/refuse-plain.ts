/** What was sent over plain HTTP. A redirect would make browsers send the same words in the open again next time. */
import { locale, t } from '../contract/words.ts';
import { speakTo } from './language.ts';

export function refusePlain(request: Request, origin: string): Response {
  const draw = () =>
    new Response(
      `${t('This came over plain HTTP, where anybody on the way could read it. Open {origin} and do it there.', { origin })}\n`,
      {
        status: 403,
        headers: {
          'content-type': 'text/plain; charset=utf-8',
          'content-language': locale(),
          'cache-control': 'no-store',
        },
      },
    );
  return speakTo(request, draw);
}
