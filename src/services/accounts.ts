/** The one door to accounts: registration, sign-in, people and vaults. */
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import type { Caller, OpenedSession, Session, Sessions } from '../auth/sessions.ts';
import type { Webauthn } from '../auth/webauthn.ts';
import type {
  PasskeySignInStart,
  PasswordParameters,
  RegisterStart,
  SignedIn,
  Workspace,
} from '../contract/accounts.ts';
import { toBase64 } from '../contract/bytes.ts';
import type { AccountId } from '../contract/ids.ts';
import { RELEASE } from '../contract/release.ts';
import type { Ports } from '../deps.ts';
import { hasOwner } from '../store/accounts.ts';
import { readSetting } from '../store/settings.ts';
import type { Audit } from './audit.ts';
import type { Devices } from './devices.ts';
import type { Guesses } from './guesses.ts';
import type { Invites } from './invites.ts';
import type { Mail } from './mail.ts';
import { createPeople, type People } from './people.ts';
import { createPeopleAdmin, type PeopleAdmin } from './people-admin.ts';
import type { Policies } from './policies.ts';
import { Refusal } from './refusal.ts';
import { createRegistration, type Registration, registerCeremony, usernameTaken } from './registration.ts';
import type { SecondFactor } from './second-factor.ts';
import { createSignIn, type Opening } from './sign-in.ts';
import type { Transparency } from './transparency.ts';
import { createVaults, type Vaults } from './vaults.ts';

/** An answer to a sign-in, and the session that goes into the cookie. */
export interface Entered {
  readonly signedIn: SignedIn;
  readonly opened: OpenedSession;
}
/** The same, or the ticket with which the second factor gets there. */
export type Entering = Entered | { readonly ticket: string };

export interface Accounts extends People, PeopleAdmin, Vaults {
  workspace(): Promise<Workspace>;
  /** True once the first owner exists. */
  ready(): Promise<boolean>;

  /** Checks the link; prepares a passkey when a username is given and the address has a name. */
  registerStart(request: {
    readonly token: string;
    readonly account: AccountId;
    readonly username: string | null;
    readonly name: string | null;
  }): Promise<RegisterStart>;
  register(registration: Registration, caller: Caller): Promise<Entered>;

  /** Parameters of this person's password; stable made-up ones when there is none. */
  passwordParameters(username: string): Promise<PasswordParameters>;
  signInWithPassword(username: string, secret: Uint8Array, caller: Caller): Promise<Entering>;
  signInWithRecovery(username: string, secret: Uint8Array, caller: Caller): Promise<Entering>;
  signInWithCode(ticket: string, code: string, caller: Caller): Promise<Entered>;
  passkeyStart(): Promise<PasskeySignInStart>;
  signInWithPasskey(response: AuthenticationResponseJSON, caller: Caller): Promise<Entered>;
  signedIn(session: Session): Promise<SignedIn>;
}

/** What a workspace is called before its owner names it. */
const UNNAMED = 'Sotto';

/** @param deps.origin what people open; passkeys belong to its host name */
export function createAccounts(
  ports: Ports,
  deps: {
    readonly sessions: Sessions;
    readonly invites: Invites;
    readonly devices: Devices;
    readonly transparency: Transparency;
    readonly audit: Audit;
    readonly mail: Mail;
    readonly policies: Pick<Policies, 'read'>;
    readonly webauthn: Webauthn;
    readonly secondFactor: SecondFactor;
    readonly guesses: Guesses;
  },
): Accounts {
  const { config, db, hub } = ports;
  const { sessions, invites, devices, transparency, webauthn } = deps;
  const people = createPeople(ports);
  const admin = createPeopleAdmin(ports, {
    sessions,
    recipients: devices,
    audit: deps.audit,
    mail: deps.mail,
  });
  const vaults = createVaults(ports, { devices, audit: deps.audit });
  const register = createRegistration(ports, { sessions, invites, webauthn, audit: deps.audit });
  const signIn = createSignIn(ports, deps);

  const workspace: Accounts['workspace'] = async () => {
    const [name, { registration, relayDays, history, suite }] = await Promise.all([
      readSetting(db, 'workspace_name'),
      deps.policies.read(),
    ]);
    return {
      name: name ? new TextDecoder().decode(name) : UNNAMED,
      ready: await hasOwner(db),
      release: RELEASE,
      fixedAddress: config.url !== null,
      passkeys: webauthn.available,
      logKey: toBase64(await transparency.publicKey()),
      policies: { registration, relayDays, history, suite },
    };
  };

  const signedIn: Accounts['signedIn'] = async (session) => {
    const [vault, [directory], logKey] = await Promise.all([
      vaults.vault(session.account),
      people.directory([session.account]),
      transparency.publicKey(),
    ]);
    if (!directory) throw new Refusal('NotFound', 'This account does not exist any more.');
    return {
      account: session.account,
      username: session.username,
      name: session.name,
      role: session.role,
      vault,
      challenge: toBase64(session.challenge),
      device: session.device,
      directory,
      logKey: toBase64(logKey),
    };
  };
  const enter = async (opening: Promise<OpenedSession>): Promise<Entered> => {
    const opened = await opening;
    const { account } = opened.session;
    if (opened.newPlace) hub.publish({ type: 'new-place', account, id: opened.newPlace.id });
    return { signedIn: await signedIn(opened.session), opened };
  };

  const open = async (opening: Promise<Opening>): Promise<Entering> => {
    const opened = await opening;
    return 'ticket' in opened ? opened : enter(Promise.resolve(opened));
  };

  return {
    ...people,
    ...admin,
    ...vaults,
    workspace,
    ready: () => hasOwner(db),

    async registerStart({ token, account, username, name }) {
      const { kind, role } = await invites.inspect(token);
      // Before a passkey is made for nothing.
      if (username !== null && (await people.personNamed(username))) throw usernameTaken();
      const known = await workspace();
      const passkey =
        username === null || !webauthn.available
          ? null
          : await webauthn.registrationOptions(
              { account, username, name: name ?? username },
              known.name,
              registerCeremony(token, account),
            );
      return { kind, role, workspace: known, passkey };
    },

    register: (registration, caller) => enter(register(registration, caller)),

    passwordParameters: signIn.passwordParameters,
    signInWithPassword: (username, secret, caller) => open(signIn.withPassword(username, secret, caller)),
    signInWithRecovery: (username, secret, caller) => open(signIn.withRecovery(username, secret, caller)),
    signInWithCode: (ticket, code, caller) => enter(signIn.withCode(ticket, code, caller)),
    passkeyStart: async () => ({ options: await signIn.passkeyOptions() }),
    signInWithPasskey: (response, caller) => enter(signIn.withPasskey(response, caller)),
    signedIn,
  };
}
