/** What the server does by itself, when it last did it, and how that went. */
import { say, sentence, t } from '../../src/contract/words.ts';
import { Section, When } from '../parts/sheet.tsx';
import { text } from '../parts/words.tsx';

export interface HealthJob {
  readonly name: string;
  readonly running: boolean;
  readonly lastAt: number | null;
  readonly lastError: string | null;
  readonly nextAt: number | null;
  /** Another node that ran it last; null: this one. */
  readonly node: string | null;
}

/** A job that is not named here is shown by its own name. */
const NAMES: Readonly<Record<string, string>> = {
  relay: sentence('Forget messages that nobody fetched'),
  sessions: sentence('End sessions and links that are over'),
  files: sentence('Delete files that are over'),
  usage: sentence('Note how much is used'),
  mail: sentence('Hand over mail'),
  digest: sentence('Write to people for whom messages wait'),
  backup: sentence('Make backups when they are due'),
  certificate: sentence('Renew the certificate'),
  deletions: sentence('Remove the files of deleted accounts'),
};

export function HealthJobs({ jobs }: { jobs: readonly HealthJob[] }) {
  return (
    <Section id="jobs" title={t('What the server does by itself')}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{text('Job')}</th>
            <th scope="col">{text('Last run')}</th>
            <th scope="col">{text('Next run')}</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr>
              <th scope="row" safe>
                {say(NAMES[job.name] ?? job.name)}
              </th>
              <td {...(job.lastError === null ? {} : { class: 'bad' })}>
                {job.lastAt === null ? text('Not yet') : <When at={job.lastAt} hour />}
                <small class="result" safe>
                  {resultOf(job)}
                </small>
              </td>
              <td>{job.nextAt === null ? text('Running now') : <When at={job.nextAt} hour />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function resultOf({ lastAt, lastError, node }: HealthJob): string {
  if (lastError !== null)
    return node === null
      ? t('Failed: {reason}', { reason: lastError })
      : t('Failed on {node}: {reason}', { node, reason: lastError });
  if (node !== null)
    return lastAt === null ? t('Running on {node}', { node }) : t('Went well on {node}', { node });
  return lastAt === null ? '' : t('Went well');
}
