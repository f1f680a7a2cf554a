/** A setting of the synthesis is missing or malformed; nothing was synthesised. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** The setting's name on the command line or in the environment. */
  readonly setting: string;

  constructor(setting: string, expected: string, given: unknown) {
    super(`${setting}: expected ${expected}, got ${given === undefined ? 'nothing' : JSON.stringify(given)}`);
    this.setting = setting;
  }
}
