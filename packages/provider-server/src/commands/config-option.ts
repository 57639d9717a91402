/** @file `--config`, which all commands of the service have. */

/** For `command.option(...configOption)`. */
export const configOption = [
  '--config <file>',
  'configuration (YAML; environment: SOFTPOST_CONFIG)',
  process.env['SOFTPOST_CONFIG'] || 'provider.yaml',
] as const;
