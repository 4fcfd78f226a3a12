/** What `sotto move` prints. */
import type { Compared } from '../../ops/move/compare.ts';
import type { End, Told } from '../../ops/move/end.ts';
import type { Moved } from '../../ops/move/move.ts';
import type { Place } from './ends.ts';

/** What a comparison has found. */
export function printCompared(
  { tables, audit, logRoot, differences }: Compared,
  { from, to }: { readonly from: End; readonly to: End },
  json: boolean,
): void {
  if (json)
    console.log(
      JSON.stringify({
        event: 'compared',
        same: differences.length === 0,
        tables,
        audit,
        logRoot,
        differences,
      }),
    );
  else if (differences.length === 0) console.log(`${to.label} holds everything that ${from.label} does.`);
  else for (const difference of differences) console.log(difference);
}

/** What an admin reads when it is done. @param files where those are now */
export function printMoved(
  { isNew, tables, audit, logRoot, chunks, missing }: Moved,
  { from, to }: { readonly from: Place; readonly to: Place },
  files: string,
  json: boolean,
): void {
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  if (json) {
    const where = { from: from.label, to: to.label, files };
    console.log(
      JSON.stringify({
        event: isNew ? 'moved' : 'was moved',
        ...where,
        rows,
        chunks,
        missing,
        audit,
        logRoot,
        tables,
      }),
    );
    return;
  }
  if (!isNew) {
    console.log(`${from.label} was moved to ${to.label} before: nothing was left to do.`);
    return;
  }
  console.log(
    `Moved and compared: ${rows} rows and ${chunks - missing} parts of files, from ${from.label} to ${to.label}.`,
  );
  console.log(`Files are in ${files}. Newest hash of the audit log: ${audit.head}`);
  if (audit.broken !== null)
    console.error(`The audit log was broken at entry ${audit.broken} before, and still is.`);
  if (missing > 0) console.error(`${missing} parts of files were lost before, and are not there.`);
  console.log(
    to.kind === 'database'
      ? `Start the servers with DATABASE_URL now. ${from.label} is not served any more; keep it until all is well.`
      : `Start it with: sotto serve --data ${to.folder}. ${from.label} is not served any more; keep it until all is well.`,
  );
}

/** A line that is written over, on a terminal; nothing elsewhere. */
export function progressOf(json: boolean): { readonly step: Told; readonly end: () => void } {
  const isShown = process.stderr.isTTY === true && !json;
  const words = { copy: 'Copying', compare: 'Comparing', files: 'Files' } as const;
  return {
    step({ step, table, done, of }) {
      if (isShown) process.stderr.write(`\r\u001b[K${words[step]} ${table} ${done} of ${of}`);
    },
    end() {
      if (isShown) process.stderr.write('\r\u001b[K');
    },
  };
}
