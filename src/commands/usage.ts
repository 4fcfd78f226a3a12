/** What the commands say about themselves. */

export const USAGE = `Sotto: post-quantum end-to-end encrypted team chat.

sotto serve [--port 3000] [--host 127.0.0.1] [--data ./data] [--url ORIGIN]
            [--trusted-proxy CIDR] [--log-level info]          the server
sotto admin ...                                                what an admin does when locked out
sotto client --home DIR ...                                    a device on the command line; see sotto client --help

Every flag of serve is also a variable: SOTTO_PORT, SOTTO_HOST, SOTTO_DATA, SOTTO_URL, SOTTO_TRUSTED_PROXY,
SOTTO_LOG_LEVEL.`;

export const ADMIN_USAGE = `sotto admin setup-link                                         a new one-time link for the first owner
sotto admin invite [--role R] [--uses N] [--expires 7d]        a link that makes accounts
sotto admin people                                             who has an account
sotto admin disable NAME                                       ends a person's sessions and keeps them out
All take --data DIR (default ./data), --url ORIGIN and --json.`;
