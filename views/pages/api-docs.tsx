/** GET /api/docs: every call of the API, from the OpenAPI document alone. Its words are the document's, in English. */
import { t } from '../../src/contract/words.ts';
import type { Site } from '../layout.tsx';
import { Document } from '../layout.tsx';
import { Mark } from '../parts/brand.tsx';
import { text } from '../parts/words.tsx';

/** What the page shows of an operation. */
export interface ShownCall {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  /** Who may make it; empty for every session. */
  readonly access: string;
  readonly isOpen: boolean;
  /** Of a token; null where none is taken. */
  readonly scopes: readonly string[] | null;
  /** Parameters and body as text, each with its name. */
  readonly takes: readonly ShownPart[];
  /** By status. */
  readonly answers: readonly ShownPart[];
}
export interface ShownPart {
  readonly name: string;
  readonly text: string;
}

export interface ApiDocsProps {
  readonly site: Site;
  readonly about: string;
  readonly sections: readonly {
    readonly name: string;
    readonly about: string;
    readonly calls: readonly ShownCall[];
  }[];
  /** Shapes that others refer to. */
  readonly shapes: readonly ShownPart[];
}

export function ApiDocs({ site, about, sections, shapes }: ApiDocsProps) {
  return (
    <Document site={site} page="docs" title={t('API')} viewer={null}>
      <main id="main" class="docs">
        <Mark large />
        <h1>{text('API')}</h1>
        <p>
          <a href="/api/docs/json">{text('The same for programs, as OpenAPI')}</a>
        </p>
        <div>
          <p lang="en" safe>
            {about}
          </p>
          <nav class="tabs" aria-label={t('Sections')}>
            {sections.map(({ name }) => (
              <a href={`#${anchor(name)}`} lang="en" safe>
                {name}
              </a>
            ))}
            <a href="#shapes">{text('Shapes')}</a>
          </nav>
          {sections.map((section) => (
            <section class="section" aria-labelledby={anchor(section.name)}>
              <h2 id={anchor(section.name)} lang="en" safe>
                {section.name}
              </h2>
              <p class="section-lead" lang="en" safe>
                {section.about}
              </p>
              {section.calls.map((call) => (
                <Call call={call} />
              ))}
            </section>
          ))}
          <section class="section" aria-labelledby="shapes">
            <h2 id="shapes">{text('Shapes')}</h2>
            {shapes.map(({ name, text: shape }) => (
              <details id={`shape-${name}`}>
                <summary>
                  <code safe>{name}</code>
                </summary>
                <pre tabindex="0" safe>
                  {shape}
                </pre>
              </details>
            ))}
          </section>
        </div>
      </main>
    </Document>
  );
}

function Call({ call }: { call: ShownCall }) {
  return (
    <details id={call.id}>
      <summary>
        <code safe>{`${call.method} ${call.path}`}</code>{' '}
        <span lang="en" safe>
          {call.summary}
        </span>
      </summary>
      <p lang="en" safe>
        {[
          call.isOpen ? 'For everybody.' : call.access || 'A session.',
          call.scopes === null
            ? ''
            : call.scopes.length === 0
              ? 'Or any token.'
              : `Or a token with ${call.scopes.join(' and ')}.`,
        ]
          .filter((sentence) => sentence !== '')
          .join(' ')}
      </p>
      <Parts title={t('Takes')} parts={call.takes} />
      <Parts title={t('Answers')} parts={call.answers} />
    </details>
  );
}

function Parts({ title, parts }: { title: string; parts: readonly ShownPart[] }) {
  if (parts.length === 0) return '';
  return (
    <>
      <h3 safe>{title}</h3>
      <dl class="docs-parts">
        {parts.map(({ name, text: shape }) => (
          <>
            <dt>
              <code safe>{name}</code>
            </dt>
            <dd lang="en" safe>
              {shape}
            </dd>
          </>
        ))}
      </dl>
    </>
  );
}

const anchor = (name: string): string => name.toLowerCase().replaceAll(' ', '-');
