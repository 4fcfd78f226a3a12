/** `--tls CERT,KEY`: two files that somebody else keeps fresh. They are read again when they change. */
import { readFileSync, statSync } from 'node:fs';
import type { Log } from '../log.ts';
import { CertificateProblem, checkServing, factsOf, type Pair } from './certificate.ts';
import type { CertificateSource } from './source.ts';

/** @param paths of the certificate, with those above it, and of its key, both in PEM */
export function fileSource(
  paths: { readonly certificate: string; readonly key: string },
  log: Log,
): CertificateSource {
  let current: Pair | null = null;
  let seen = '';

  return {
    authority: null,
    async open() {
      seen = stampOf(paths);
      current = readPair(paths);
      return current;
    },
    async renew() {
      const stamp = stampOf(paths);
      if (stamp === seen) return null;
      // A broken pair is said once, not at every look; what was good goes on being used.
      seen = stamp;
      const found = readPair(paths);
      if (found.cert === current?.cert && found.key === current.key) return null;
      current = found;
      log.info('certificate files read again', { until: new Date(factsOf(found.cert).until).toISOString() });
      return found;
    },
    challenge: () => null,
  };
}

/** Both files. Throws CertificateProblem with a sentence that names the file. */
export function readPair({ certificate, key }: { readonly certificate: string; readonly key: string }): Pair {
  const pair = { cert: readFile(certificate), key: readFile(key) };
  try {
    checkServing(pair);
    return pair;
  } catch (error) {
    if (error instanceof CertificateProblem)
      throw new CertificateProblem(`${certificate} and ${key} cannot be used: ${error.message}`);
    throw error;
  }
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CertificateProblem(
      why === 'ENOENT'
        ? `There is no file ${path}.`
        : why === 'EACCES'
          ? `${path} cannot be read by the account that Sotto runs as.`
          : `${path} cannot be read: ${why}.`,
    );
  }
}

/** Changes with either file, also where one is a link that now leads elsewhere. */
function stampOf(paths: { readonly certificate: string; readonly key: string }): string {
  return [paths.certificate, paths.key]
    .map((path) => {
      const found = statSync(path, { throwIfNoEntry: false });
      return found ? `${found.ino}.${found.mtimeMs}.${found.size}` : 'none';
    })
    .join(' ');
}
