/** What to do on each kind of system, so that it trusts the certificate authority of this server. */
import { say, sentence } from '../../src/contract/words.ts';
import { text } from '../parts/words.tsx';

export const SYSTEMS = ['windows', 'macos', 'ios', 'android', 'linux', 'firefox'] as const;
export type System = (typeof SYSTEMS)[number];

/** The forms that the certificate is handed out in. */
export const TRUST_FILES = {
  crt: '/trust/sotto-ca.crt',
  pem: '/trust/sotto-ca.pem',
  mobileconfig: '/trust/sotto-ca.mobileconfig',
} as const;
type TrustFile = keyof typeof TRUST_FILES;

interface Guide {
  readonly name: string;
  readonly file: TrustFile;
  /** One thing to do each; after the download. */
  readonly steps: readonly string[];
  readonly commands?: readonly { readonly label: string; readonly command: string }[];
}

const GUIDES: Readonly<Record<System, Guide>> = {
  windows: {
    name: 'Windows',
    file: 'crt',
    steps: [
      sentence('Open the file and choose “Install Certificate…”, then “Current User”.'),
      sentence(
        'Choose “Place all certificates in the following store”, then “Trusted Root Certification Authorities”.',
      ),
      sentence('Finish, answer “Yes”, and start the browser again.'),
    ],
  },
  macos: {
    name: 'macOS',
    file: 'crt',
    steps: [
      sentence('Open the file: Keychain Access takes it into the keychain “login”.'),
      sentence(
        'Double-click it there, open “Trust”, and set “When using this certificate” to “Always Trust”.',
      ),
      sentence('Close the window, enter your password, and start the browser again.'),
    ],
  },
  ios: {
    name: 'iPhone, iPad',
    file: 'mobileconfig',
    steps: [
      sentence('Download the profile in Safari, and allow it.'),
      sentence('Open Settings, General, “VPN & Device Management”, and install the profile.'),
      sentence(
        'Open Settings, General, About, “Certificate Trust Settings”, and switch this certificate on: without that it counts for nothing.',
      ),
    ],
  },
  android: {
    name: 'Android',
    file: 'crt',
    steps: [
      sentence('Open Settings and search for “CA certificate”: it is under “Encryption & credentials”.'),
      sentence('Choose “Install anyway”, and the file that you downloaded.'),
      sentence(
        'Chrome takes it from there. In Firefox: Settings, “About Firefox”, tap the logo five times; then “Secret settings”, “Use third party CA certificates”.',
      ),
    ],
  },
  linux: {
    name: 'Linux',
    file: 'pem',
    steps: [
      sentence(
        'Chrome and Chromium: open chrome://certificate-manager, “Custom”, “Installed by you”, and import the file under “Trusted Certificates”.',
      ),
      sentence('Firefox: as described under Firefox.'),
      sentence('Programs, and the command line of Sotto, with one of these:'),
    ],
    commands: [
      {
        label: sentence('Debian, Ubuntu'),
        command:
          'sudo cp sotto-ca.pem /usr/local/share/ca-certificates/sotto-ca.crt\nsudo update-ca-certificates',
      },
      { label: sentence('Fedora, Arch'), command: 'sudo trust anchor sotto-ca.pem' },
      {
        label: sentence('The command line of Sotto alone'),
        command: 'NODE_EXTRA_CA_CERTS=sotto-ca.pem sotto client …',
      },
    ],
  },
  firefox: {
    name: 'Firefox',
    file: 'pem',
    steps: [
      sentence('Open Settings, “Privacy & Security”, and there “View Certificates…”.'),
      sentence('Under “Authorities” choose “Import…” and the file that you downloaded.'),
      sentence('Tick “Trust this CA to identify websites”. “View” shows the fingerprint once more.'),
    ],
  },
};

const FILE_WORDS: Readonly<Record<TrustFile, string>> = {
  crt: sentence('Download the certificate (.crt)'),
  pem: sentence('Download the certificate (.pem)'),
  mobileconfig: sentence('Download the profile (.mobileconfig)'),
};

/** One system; open where it is the reader's. */
export function TrustGuide({ system, open }: { system: System; open: boolean }) {
  const { name, file, steps, commands = [] } = GUIDES[system];
  return (
    <details class="trust-system" open={open}>
      <summary>
        <h2 safe>{name}</h2>
        {open ? <span class="trust-yours">{text('Your system, it seems')}</span> : ''}
      </summary>
      <a
        class={open ? 'button primary' : 'button'}
        href={TRUST_FILES[file]}
        // Safari installs a profile that it opens, and files one that it downloads.
        download={file === 'mobileconfig' ? undefined : ''}
        safe
      >
        {say(FILE_WORDS[file])}
      </a>
      <ol class="trust-steps">
        {steps.map((step) => (
          <li safe>{say(step)}</li>
        ))}
      </ol>
      {commands.map(({ label, command }) => (
        <p class="trust-command">
          <b safe>{say(label)}</b>
          <code class="block" safe>
            {command}
          </code>
        </p>
      ))}
    </details>
  );
}
