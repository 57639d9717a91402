/**
 * @file Writes the TypeScript types of proto/ into packages/shared/src/rpc/generated: `node scripts/generate-rpc.ts [FOLDER]`.
 * They are types alone, no code; they are committed, so that nothing need be built, and a test finds them out of date.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const shared = join(root, 'packages/shared');
const output = process.argv[2] ?? join(shared, 'src/rpc/generated');
const protos = readdirSync(join(root, 'proto/softpost/v1')).map((file) => `softpost/v1/${file}`);

rmSync(output, { recursive: true, force: true });
const options = ['--longs=Number', '--enums=String', '--defaults', '--oneofs', '--importFileExtension=.ts'];
const places = ['--grpcLib=@grpc/grpc-js', '--includeDirs=../../proto', `--outDir=${output}`];
execFileSync('node_modules/.bin/proto-loader-gen-types', [...options, ...places, ...protos], { cwd: shared });
// A proto without a service gets a file of unused imports, which the type checker refuses.
rmSync(join(output, 'artifact.ts'));
