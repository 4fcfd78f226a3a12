/** The check of a peer's X25519 key that no implementation makes for us. */

/** Whether 32 bytes are the one encoding of a coordinate: bit 255 clear and below p = 2^255 - 19 (RFC 7748, 5) [R26]. */
export function isCanonicalCoordinate(bytes: Uint8Array): boolean {
  const top = bytes[31] ?? 0xff;
  if (top !== 0x7f) return top < 0x7f;
  for (let i = 30; i > 0; i--) if (bytes[i] !== 0xff) return true;
  return (bytes[0] ?? 0xff) < 0xed;
}
