/** @file What commands that speak with the provider share: the flag for the configuration, and the open site. */

import type { Command } from 'commander';
import { defaultConfigFile } from '../config-file.ts';
import type { Site } from '../site.ts';

export interface SiteFlags {
  readonly config: string;
}

export function withConfigFlag(command: Command): Command {
  return command.option('--config <file>', 'configuration (environment: SOFTPOST_CONFIG)', defaultConfigFile());
}

/** Opens the site that the configuration describes for as long as `work` runs. */
export async function withSite<Result>({ config }: SiteFlags, work: (site: Site) => Promise<Result>): Promise<Result> {
  const [{ readConfig }, { openSite }] = await Promise.all([import('../config.ts'), import('../site.ts')]);
  using site = await openSite(await readConfig(config));
  return await work(site);
}
