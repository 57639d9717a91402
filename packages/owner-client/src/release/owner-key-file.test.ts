import { join } from 'node:path';
import { expect, test } from 'vitest';
import { signingKeyFile } from './owner-key-file.ts';

test('SOFTPOST_OWNER_KEY decides the place, then the configuration folder', () => {
  expect(signingKeyFile({ SOFTPOST_OWNER_KEY: 'a/key.pem', XDG_CONFIG_HOME: 'b' })).toBe('a/key.pem');
  expect(signingKeyFile({ XDG_CONFIG_HOME: 'b' })).toBe(join('b', 'softpost', 'owner-key.pem'));
  expect(signingKeyFile({})).toMatch(/\.config.softpost.owner-key\.pem$/);
});
