/** One’s vault, devices and prekeys. */
import type * as shape from '../accounts.ts';
import { PATHS } from '../paths.ts';
import { REMOVAL_PATH, type Removal, type RemovalRequest } from '../removal.ts';
import { CERTIFICATE, device, prekeys, SIGNED, vault } from './account-shapes.ts';
import type { Operations } from './operation.ts';
import { base64, id, nullable, record, whole } from './schema.ts';

export const DEVICES = {
  [`GET ${PATHS.vault}`]: { summary: 'The sealed vault', tag: 'Account', answers: { 200: vault } },
  [`PUT ${PATHS.vault}`]: {
    summary: 'The next version of the vault, in a signed device list',
    tag: 'Account',
    access: 'device',
    body: record<shape.VaultUpdate>('VaultUpdate', { vault, deviceList: SIGNED, leaf: SIGNED }),
    answers: { 204: null },
    refusals: { 409: 'Another device was quicker.' },
  },
  [`POST ${PATHS.devices}`]: {
    summary: 'Add a device; the session becomes its',
    tag: 'Devices',
    body: device,
    answers: { 204: null },
    refusals: { 409: 'Five devices, or changed elsewhere at the same time.' },
  },
  [`POST ${PATHS.resume}`]: {
    summary: 'A device takes this session',
    tag: 'Devices',
    body: record<shape.ResumeRequest>('ResumeRequest', { device: id(16), proof: base64(3373) }),
    answers: { 204: null },
    refusals: { 404: 'This account has no such device.' },
  },
  [`POST ${REMOVAL_PATH}`]: {
    summary: 'The signed list that removed a device',
    tag: 'Devices',
    access: 'open',
    body: record<RemovalRequest>('RemovalRequest', { device: id(16) }),
    answers: { 200: record<Removal>('Removal', { deviceList: nullable(SIGNED) }) },
  },
  [`PUT ${PATHS.devices}/:id`]: {
    summary: 'The same device under a new certificate',
    tag: 'Devices',
    path: { id: id(16) },
    body: record<shape.RenewRequest>('RenewRequest', {
      certificate: CERTIFICATE,
      deviceList: SIGNED,
      leaf: SIGNED,
    }),
    answers: { 204: null },
    refusals: { 404: 'This account has no such device.', 409: 'Changed elsewhere at the same time.' },
  },
  [`DELETE ${PATHS.devices}/:id`]: {
    summary: 'Remove a device with its sessions and tokens',
    tag: 'Devices',
    path: { id: id(16) },
    body: record<shape.RevokeRequest>('RevokeRequest', { deviceList: SIGNED, leaf: SIGNED }),
    answers: { 204: null },
    refusals: { 404: 'This account has no such device.', 409: 'Changed elsewhere at the same time.' },
  },
  [`GET ${PATHS.prekeys}`]: {
    summary: 'How many one-time prekeys this device has left',
    tag: 'Devices',
    access: 'device',
    answers: { 200: record<shape.PrekeyStock>('PrekeyStock', { remaining: whole() }) },
  },
  [`POST ${PATHS.prekeys}`]: {
    summary: 'Publish prekeys of this device',
    tag: 'Devices',
    access: 'device',
    body: prekeys,
    answers: { 204: null },
    refusals: { 409: 'As many as a device can keep, or ids that were used before.' },
  },
} as const satisfies Operations;
