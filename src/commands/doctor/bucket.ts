/** The bucket of files: whether it takes, gives, lists and forgets an object, as a server would have it do. */
import type { Config } from '../../config.ts';
import { type BlobsProblem, openBlobs, probeBlobs } from '../blobs.ts';
import { type Finding, findings } from './finding.ts';

/** Leaves nothing there. */
export async function checkBucket(config: Config): Promise<readonly Finding[]> {
  if (config.s3 === null) return [];
  const say = findings('files in S3');
  const { bucket, endpoint } = config.s3;
  const named = endpoint === null ? bucket : `${bucket} at ${new URL(endpoint).host}`;
  const problem = await probeBlobs(await openBlobs(config, config.data), (length) =>
    crypto.getRandomValues(new Uint8Array(length)),
  );
  if (problem !== null)
    return [
      say.error(
        `An object could not be ${DONE[problem.step]} in ${named} (${problem.reason}).`,
        mend(problem),
      ),
    ];
  return [say.ok(`${named} keeps, gives, lists and deletes objects.`), ...plain(config.s3.endpoint)];
}

const DONE: Readonly<Record<BlobsProblem['step'], string>> = {
  write: 'written',
  read: 'read',
  list: 'found in the list',
  delete: 'deleted',
};

/** What lies there is ciphertext, but whoever listens could delete with a request that they alter. */
function plain(endpoint: string | null): readonly Finding[] {
  if (endpoint === null || new URL(endpoint).protocol === 'https:') return [];
  return [
    findings('files in S3').warning(
      'It is reached without encryption.',
      'Use https:// in S3_ENDPOINT, unless the network between is yours alone.',
    ),
  ];
}

function mend({ reason, step }: BlobsProblem): string {
  switch (reason) {
    case 'NoSuchBucket':
      return 'Make the bucket, or correct S3_BUCKET.';
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
      return 'Correct S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY; S3_REGION too, where the store has regions.';
    case 'AccessDenied':
      return `Allow the key s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket: it may not ${step}.`;
    case 'RequestTimeTooSkewed':
      return 'Put the clock of this machine right.';
    case 'ConnectionRefused':
    case 'FailedToOpenSocket':
    case 'Timeout':
      return 'See whether S3_ENDPOINT is right and a firewall lets this machine through.';
    default:
      return 'Look into the log of the store.';
  }
}
