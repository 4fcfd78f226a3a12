/** A wrong flag or variable: one clear line and exit code 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
