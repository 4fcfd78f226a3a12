/** What `client` says about itself: all of it for --help, one command's part when that was used wrongly. */

const USAGE_OF = {
  join: `join --invite URL --username NAME [--name "Full Name"] [--workspace NAME]
      makes an account from an invite link, or the owner from the set-up link with --workspace.
      The password is read from SOTTO_PASSWORD. Prints the recovery code once: keep it.`,
  login: `login [--server URL] [--username NAME]
      signs in and makes DIR a device of the account, or resumes the device that DIR is.
      Opens the vault with SOTTO_PASSWORD or SOTTO_RECOVERY_CODE. Where the account has a second factor, SOTTO_CODE is a
      code of its authenticator app or a backup code; at a terminal it is asked for.`,
  link: `link [--server URL] [--yes]
      makes DIR a device by approval on another one: prints a code and waits ten minutes for it to be typed there, under
      Settings, Devices, "Approve a new device", or after "devices --approve". Then it says whose device this would be,
      and asks; with --yes it does not ask.`,
  send: `send (--to NAME | --conversation ID) [--reply-to MESSAGE] [--file PATH|- ...] [TEXT]
          [--name NAME] [--expires 7d] [--new-version-of FILE|MESSAGE] [--keep-location]
      sends TEXT, or standard input when there is none or it is "-". Done when the relay has it on its disk; when
      the relay cannot be reached it says that the message is queued, and the next command sends it.
      With --file, up to ten files with or without a TEXT; "-" is standard input, called NAME. Done when all of them and
      the message are there. What was cut off goes on when the same command is given again, or with the next send or listen.
      Where and with what camera a picture was taken is taken out of it; --keep-location sends it as it is.`,
  download: `download MESSAGE|FILE --out DIR|- [--file NAME|N]
      saves the files of a message, or one of them, in DIR, and nothing of them that was not verified. Nothing is
      overwritten; what was cut off goes on when the same command is given again. "-" is standard output.`,
  files: `files [--with NAME | --conversation ID] [--query WORDS] [--kind image|video|audio|document|other]
          [--sort newest|oldest|name|size] | --versions FILE | --restore FILE | --forget FILE | --expires FILE=7d | --usage
      files that this device knows, and those that are on their way. FILE is the id of a file: --versions lists what came
      before it, --restore says an old version again, --forget calls off one that is on its way, or has the server delete one of yours;
      --expires says when the server deletes one of yours (30m, 12h, 7d, 2w or never); --usage, how much there may be.`,
  share: `share MESSAGE|FILE [--file NAME|N] [--expires 7d] [--downloads N] [--password-env VARIABLE]
      prints a link by which anybody, without an account, fetches this file until it ends: 30m, 12h, 7d (when nothing is said), 2w.
      With --downloads it ends after so many. The password, which is told in another way, is read from the named variable of
      the environment. Whoever has the link can open the file; the server cannot.`,
  shares: `shares [--revoke LINK]
      your links, and how often each was used; --revoke ends one at once`,
  request: `request --title TEXT [--expires 14d] [--files 10] [--largest MIB]
      prints a link by which anybody, without an account, hands files in for you, sealed for your devices`,
  requests: `requests [--revoke REQUEST | --keep FILE [--with NAME | --conversation ID] | --throw-away FILE]
      your file requests and what was handed in. --keep puts a file into your notes to yourself, or says it in a conversation;
      --throw-away deletes it; --revoke ends a request and deletes what was not kept.`,
  edit: `edit MESSAGE [TEXT]
      other words for a message of yours, from standard input when there are none; MESSAGE is the id of a message`,
  delete: `delete MESSAGE
      takes a message of yours back, for everybody and for good`,
  react: `react MESSAGE EMOJI [--off]
      puts an emoji of yours under a message, or takes it back`,
  pin: `pin MESSAGE [--off]
      pins a message for everybody; in a group only owners and admins`,
  details: `details MESSAGE
      which device sent it, with which encryption, whether both signatures hold, who has read it`,
  timer: `timer (--with NAME | --conversation ID) SECONDS|off
      new messages disappear so many seconds after they were sent, and on each device after they arrived; 90 days at most`,
  'file-days': `file-days (--with NAME | --conversation ID) DAYS|off
      the server deletes new files after so many days, unless who sends one says otherwise; 3650 at most`,
  mute: `mute (--with NAME | --conversation ID) [--notify all|mentions|none | --off]
      what your devices notify you of; nothing without an option`,
  archive: `archive (--with NAME | --conversation ID) [--off]
      puts a conversation away until somebody writes in it`,
  listen: `listen [--count N] [--timeout 10s] [--own] [--read] [--changes] [--download DIR [--max-size 2GiB]]
      prints each message of others that no listen on this device has printed, also those that came while none ran;
      with --own those that you wrote on other devices too. Ends after N messages, or fails when they have not come
      within the timeout (10s with --count, otherwise none; 500ms, 10s, 5m, 1h or "none"). Acknowledges what is on
      the disk and answers key exchanges by itself. Senders learn that you have read only with --read.
      New words, deletions and reactions are printed too, and with --changes they count as messages do.
      With --download, files are saved in DIR before their message is printed; those above --max-size (2 GiB when nothing is said) are
      told of and left out.
      A listen that is killed between printing and noting it prints that message again.`,
  conversations: `conversations
      what there is, newest first`,
  create: `create --name NAME [--people NAME,NAME] [--topic TEXT] [--open] [--history none|from-invitation|all]
      a new group with you as its owner. With --open everybody of the workspace may come in, and its name is known to the
      server; otherwise its name is sealed like every message.`,
  members: `members --conversation ID [--add NAME,NAME] [--remove NAME] [--role NAME=ROLE] [--confirm NAME] [--access open|closed]
          [--history none|from-invitation|all]
      who can read it, with their devices; what is to be changed is signed first. ROLE is owner, admin, member or guest.
      --confirm goes on with somebody in it whose identity has changed; --history is what members who come later may read.`,
  rename: `rename --conversation ID [--name NAME] [--topic TEXT]
      calls a group something else`,
  leave: `leave --conversation ID
      goes out of a group; what was written stays here`,
  'open-groups': `open-groups
      groups that everybody may come into`,
  enter: `enter --conversation ID [--succeed]
      comes into an open group; with --succeed, makes the one that follows a group in which no admin is left`,
  history: `history (--with NAME | --conversation ID) [--limit 50]
      messages on this device, oldest first`,
  search: `search [--in NAME|ID] [--from NAME] [--before DAY] [--after DAY] [--on DAY] [--has link|file] [--limit 50] [WORDS]
      messages on this device that say all of the words, or parts of them, oldest first. DAY is 2026-11-21, 2026-11,
      2026, today or yesterday. What is searched for stays here.`,
  'safety-number': `safety-number --with NAME [--mark-verified | --accept-identity]
      60 digits to compare; --accept-identity goes on with somebody whose identity has changed`,
  devices: `devices [--rename ID NAME | --revoke ID | --approve CODE]
      your devices. Names are known to your devices alone. Revoking one, and approving a new one that shows CODE, need
      SOTTO_PASSWORD or SOTTO_RECOVERY_CODE. Only approve a device that is in your hands now.`,
  transfer: `transfer (--from DEVICE | --accept [--yes]) [--timeout 15m]
      history from another of your devices. Both print the same six words; the one that gives, which says --accept, asks
      whether they are, and with --yes does not ask.`,
  status: `status [--emoji E] [--until 1h] [TEXT | --clear]
      what you say of yourself, sealed for the people you write with; without anything, says what it is`,
  backup: `backup [--now | --on | --off]
      your history as the server keeps it, encrypted: when it was last saved, how much it is. It is fetched by itself when
      you log in, and saved by itself while listen runs and after other commands; --now fetches and saves what is missing.
      --off deletes it from the server for all of your devices.`,
  export: `export [--with NAME | --conversation ID] [--format json|markdown] --out FILE|-
      the messages on this device as a file that is not encrypted: of one conversation, or of all. Each carries what its sender
      has signed. "-" is standard output. What disappears, waits to be sent or stays closed is left out; keys never leave.`,
  import: `import [--with NAME | --conversation ID] FILE|-
      takes the messages of such a file, where they were said or into one conversation. They are marked as imported; what
      nobody has signed is marked as not verified. What is here already stays as it is, so it can be run again.`,
  log: `log [--send-again]
      the transparency log as this device has verified it: entries, root, everybody with the fingerprint of their identity and
      the number of their device list, and evidence that the server shows two. Ends with 1 while there is some that stops
      sending; --send-again goes on, and keeps the evidence.`,
  logout: `logout [--everywhere | --forget]
      ends the session, or all of them; keys and history stay, login resumes. --forget deletes what a device holds that
      was removed from its account on another one, and nothing else`,
} as const;
export type CommandName = keyof typeof USAGE_OF;

export const isCommand = (name: string): name is CommandName => Object.hasOwn(USAGE_OF, name);

export const USAGE = `sotto client --home DIR COMMAND [--json]
  a device on the command line; its keys are kept in DIR

${Object.values(USAGE_OF)
  .map((text) => `  ${text}`)
  .join('\n')}

--json prints one object a line, named in "event": joined {account, device, recoveryCode}, sent {id, files}, queued {id},
message {id, conversation, sender, account, device, sentAt, kind, text, files, verified, mine, status, reason, note,
  replyTo, editedAt, reactions, pinned, expiresAt, mention, origin}, edited {id, conversation, text, ...}, deleted {id, conversation, ...},
reaction {id, conversation, emoji, on, ...}, pinned {id, conversation, on}; of what others did, listen adds {sender, account} and when,
details {id, conversation, sender, account, device, deviceName, sentAt, receivedAt, kind, verified, origin, proof, readBy, edits},
found {id, conversation, name, sender, account, device, sentAt, kind, text, files, verified, mine},
file {id, message, conversation, sender, account, name, type, size, series, version, superseded, sentAt, expiresAt, mine},
upload {id, message, conversation, name, type, size, done, state, reason}, usage {used, limit, workspaceUsed, workspaceLimit, maxFileBytes,
  defaultExpiryDays}, forgotten {id}, share {id, file, name, url, expiresAt, password, downloads, used},
request {id, title, url, expiresAt, files, maxFileBytes, received}, received {id, request, name, type, size, receivedAt}, ended {id}, downloaded {id, message, name, type, path, bytes},
conversation {id, kind, with, name, topic, members, unread, lastActivity, role, open, writable, mentions, notify, archived, timer, fileDays},
member {account, username, name, role, devices, verified, identityChanged}, open-group {id, title, members}, left {id}, device {device, name, created, expires, current},
safety {digits, with, verified}, revoked {device}, renamed {device, name},
log {size, root, time, key, keyFingerprint, frozen}, logged {account, username, fingerprint, version},
evidence {kind, at, seen, size, root, own, shown, leaf, claim},
status {emoji, text, until}, words {id, device, words}, transferred {id, messages}, backup {state, savedAt, messages, bytes, limit, waiting, restoring, problem}, exported {messages}, imported {added, known, refused, verified}, code {code, expires}, approved {device, agent, check}, signed-out. Times are epoch milliseconds, sender is a username.
Exit codes: 0 done, 1 failed (reason on standard error), 2 wrong use.`;

/** How the command among these arguments is used, or all of them. */
export function usageFor(argv: readonly string[]): string {
  const command = argv.find(isCommand);
  return command === undefined ? USAGE : `sotto client --home DIR ${USAGE_OF[command]}`;
}
