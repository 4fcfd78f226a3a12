/** History on its way from one device to another: sealed parts that the server holds until they are fetched. */

declare const brand: unique symbol;
/** 16 random bytes in hexadecimal. */
export type ParcelId = string & { readonly [brand]: 'parcel' };
export const isParcelId = (value: string): value is ParcelId => /^[0-9a-f]{32}$/.test(value);
/** The id that 16 bytes stand for. */
export const parcelId = (bytes: Uint8Array): ParcelId => bytes.toHex() as ParcelId;

/** Bytes of one sealed part, at most. */
export const MAX_PART_BYTES = 1024 * 1024;
/** Parts of one parcel, at most. */
export const MAX_PARTS = 1024;
/** Bytes that the parcels of one account may have on the server at a time. */
export const MAX_PARCEL_BYTES = 1024 * 1024 * 1024;
/** What nobody fetched is deleted after so long, in milliseconds: 7 days. */
export const PARCEL_RETENTION_MS = 7 * 24 * 3600_000;
/** How a part travels: as its bytes. */
export const PART_MEDIA_TYPE = 'application/octet-stream';
