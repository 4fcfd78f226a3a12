/** All services, made from the ports, in the order in which they need each other. */
import { createSessions } from '../auth/sessions.ts';
import { createWebauthn } from '../auth/webauthn.ts';
import type { Ports, Services } from '../deps.ts';
import { createMailer } from '../ops/mailer.ts';
import { createAccounts } from './accounts.ts';
import { createAudit } from './audit.ts';
import { createBackups } from './backups.ts';
import { createBlobWrites } from './blob-writes.ts';
import { createConfirmation } from './confirmation.ts';
import { createConversations } from './conversations.ts';
import { createDeletion } from './deletion.ts';
import { createDelivery } from './delivery.ts';
import { createDevices } from './devices.ts';
import { createFileCleanup } from './file-cleanup.ts';
import { createFileRequests } from './file-requests.ts';
import { createFileVisits } from './file-visits.ts';
import { createFiles } from './files.ts';
import { createGuesses } from './guesses.ts';
import { createInvites } from './invites.ts';
import { createLinks } from './links.ts';
import { createMail } from './mail.ts';
import { createParcels } from './parcels.ts';
import { createPasskeys } from './passkeys.ts';
import { createPasswords } from './passwords.ts';
import { createPersonalExport } from './personal-export.ts';
import { createPlaces } from './places.ts';
import { createPolicies } from './policies.ts';
import { createPrekeys } from './prekeys.ts';
import { createPresence } from './presence.ts';
import { createPushes } from './pushes.ts';
import { createReleases } from './releases.ts';
import { createRosters } from './rosters.ts';
import { createSecondFactor } from './second-factor.ts';
import { createServerBackups } from './server-backups.ts';
import { createShares } from './shares.ts';
import { createStartAgain } from './start-again.ts';
import { createStorage } from './storage.ts';
import { createTokens } from './tokens.ts';
import { createTransparency } from './transparency.ts';
import { createUsage } from './usage.ts';
import { visitFinder } from './visits.ts';

export function createServices(ports: Ports, origin: () => string): Services {
  const audit = createAudit(ports);
  const mailer = ports.config.mail && createMailer(ports.config.mail);
  const mail = createMail(ports, { audit, origin, mailer });
  const policies = createPolicies(ports);
  const places = createPlaces(ports, { audit, mail });
  const sessions = createSessions(ports, { audit, places, policies }, origin);
  const webauthn = createWebauthn(ports, origin);
  const guesses = createGuesses(ports, places);
  const secondFactor = createSecondFactor(ports, { sessions, audit, mail, guesses, webauthn });
  const invites = createInvites(ports, { audit, policies });
  const devices = createDevices(ports, { sessions, audit });
  const links = createLinks(ports, { devices, sessions });
  const prekeys = createPrekeys(ports, devices);
  const transparency = createTransparency(ports);
  const accounts = createAccounts(ports, {
    sessions,
    invites,
    devices,
    transparency,
    audit,
    mail,
    policies,
    webauthn,
    secondFactor,
    guesses,
  });
  const conversations = createConversations(ports, { audit });
  const rosters = createRosters(ports, { devices, conversations, audit, policies });
  const delivery = createDelivery(ports, { devices, conversations, audit, policies });
  const presence = createPresence(ports, { conversations, policies });
  const bytes = createBlobWrites(ports);
  const files = createFiles(ports, { audit, bytes, devices, policies });
  return {
    accounts,
    invites,
    sessions,
    devices,
    links,
    prekeys,
    conversations,
    rosters,
    delivery,
    transparency,
    tokens: createTokens(ports, { audit }),
    backups: createBackups(ports),
    parcels: createParcels(ports),
    places,
    passkeys: createPasskeys(ports, { sessions, audit, mail, webauthn }),
    passwords: createPasswords(ports, { sessions, audit, mail }),
    confirmation: createConfirmation(ports, { sessions, audit, webauthn, secondFactor, guesses }),
    secondFactor,
    policies,
    presence,
    pushes: createPushes(ports),
    deletion: createDeletion(ports, { sessions, devices, conversations, audit, bytes }),
    personalExport: createPersonalExport(ports, { audit }),
    startAgain: createStartAgain(ports, { sessions, devices, accounts, audit, origin }),
    audit,
    mail,
    files,
    fileCleanup: createFileCleanup(ports, { audit, bytes }),
    storage: createStorage(ports, { audit, policies }),
    serverBackups: createServerBackups(ports, audit),
    visits: createFileVisits([visitFinder(ports)]),
    shares: createShares(ports, { files, audit }),
    usage: createUsage(ports),
    releases: createReleases(ports),
    fileRequests: createFileRequests(ports, { files, audit }),
  };
}
