/** What the commands say about themselves. */

export const USAGE = `Sotto: post-quantum end-to-end encrypted team chat.

sotto serve [--port 3000] [--host 127.0.0.1] [--data ./data] [--url ORIGIN]
            [--tls auto | CERT,KEY | acme [--acme-directory URL] [--acme-email ADDRESS]] [--http-port PORT]
            [--trusted-proxy CIDR] [--cors ORIGIN] [--log-level info] [--otlp COLLECTOR] [--drain SECONDS]
            [--smtp URL --mail-from ADDRESS] [--backup-to DIR [--backup-every 1d] [--backup-keep 7]]
            [--wal-to DIR | s3://BUCKET/PREFIX [--wal-keep 7d]]
            [--vapid-public-key K --vapid-private-key K --vapid-subject mailto:ADMIN] [--push-private]
                                                               the server
sotto admin ...                                                what an admin does when locked out
sotto backup, restore, check                                   everything that the server has, in one encrypted file, and back
sotto move                                                     a team from a data folder to PostgreSQL, and back
sotto doctor [the flags of serve] [--json]                     what is wrong with the set-up, and how to mend it
sotto healthy                                                  whether the server on this machine answers; takes serve's flags
sotto client --home DIR ...                                    a device on the command line; see sotto client --help
sotto verify URL ...                                           whether a server serves what this build would serve

Without a command it serves: sotto --port 8080 is sotto serve --port 8080.
Every flag of serve is also a variable, its name after SOTTO_: SOTTO_PORT, SOTTO_URL, SOTTO_TRUSTED_PROXY and so on.`;

export const ADMIN_USAGE = `sotto admin setup-link                                         a new one-time link for the first owner
sotto admin invite [--role R] [--uses N] [--expires 7d]        a link that makes accounts
sotto admin people                                             who has an account
sotto admin reset NAME                                         a link, for one use within a day, by which somebody who has
                                                               lost every way in starts again with a new identity
sotto admin reset-2fa NAME                                     takes away the second factor of somebody who has lost it
sotto admin disable NAME, enable NAME                          ends a person's sessions and keeps them out; lets them in again
sotto admin role NAME ROLE                                     owner, admin, member, guest or auditor
sotto admin export NAME --out FILE                             everything that the server has about a person, as JSON
sotto admin delete NAME                                        deletes an account for ever; its name is never free again
sotto admin audit [--check] [--since 7d] [--action A] [--person NAME] [--json | --csv]
                                                               entries of the log of what was done; without any of these, or with
                                                               --check, whether the log is whole: note its newest hash
sotto admin push-keys                                          a new key pair for Web Push, as variables of serve
All take --data DIR (default ./data), --url ORIGIN and --json.`;

export const BACKUP_USAGE = `sotto backup --out FILE [--data ./data]                        saves everything that the server has, while it serves; read back afterwards
sotto check FILE                                               whether all of a backup is as it was saved
sotto restore FILE --data DIR                                  a new data folder of it; DIR is empty or not there
sotto restore --list FROM                                      times that one can go back to; FROM is what serve --wal-to names
sotto restore --at TIME FROM --data DIR [--blobs OLD]          a new data folder as it was then (2026-11-21T14:05:00Z, or latest);
                                                               bytes of files come from the data folder OLD, or stay in S3
sotto restore --recovered [--data DIR]                         a database that something else has put back, such as PostgreSQL's
                                                               own recovery (DATABASE_URL), can be served again
Backups are encrypted with SOTTO_BACKUP_PASSPHRASE, which is asked for on a terminal. All take --json. Exit codes: 0 done, 1 failed, 2 wrong use.`;

export const MOVE_USAGE = `sotto move --from ./data --to DATABASE_URL                     moves everything that a team has, while nobody serves it; cut off, the same
                                                               command goes on. --from DATABASE_URL --to DIR is the way back
sotto move --from A --to B --check                             whether B holds everything that A does; changes nothing
sotto move --undo A                                            lets a place be used again that a team was moved away from
A and B are a data folder, postgres://..., or the name of a variable with such an address: flags, and passwords in them, are seen by others.
Files of a database are in S3 where S3_BUCKET is set, else in the data folder of its servers: --data DIR, or they stay where they are.
--allow-missing goes on without parts of files that were lost before. All take --json. Exit codes: 0 done, 1 failed, 2 wrong use.`;

export const VERIFY_USAGE = `sotto verify URL [--login [--username NAME]] [--home DIR] [--json]
  fetches the pages of a server as several browsers do, and everything that they load, and compares scripts, styles,
  workers, icons and security headers with those of this build; believes nothing that the server says about itself.
  --login looks signed in as well (SOTTO_USERNAME or --username, SOTTO_PASSWORD); that session is without a device and
  sees the unlock page only. --home DIR looks with the session of a device on the command line: the workspace's pages.
  Exit codes: 0 all the same, 1 something differs, each in one line; 2 wrong use.`;
