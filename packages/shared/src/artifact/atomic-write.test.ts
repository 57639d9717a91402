/** @file Nothing half-written: after errors, races and kill -9. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { refuseExisting, replaceFile, replaceFileWith, writeFolder } from './atomic-write.ts';
import { refusal, temporaryFolder } from './folder.fixture.ts';

test('replaces a file, and makes missing folders on the way', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'a', 'b.txt');
  await replaceFile(path, 'old');
  await replaceFile(path, new Uint8Array([110, 101, 119]));
  expect(await readFile(path, 'utf8')).toBe('new');
  expect(await readdir(join(dir, 'a'))).toEqual(['b.txt']);
});

test('an error while writing leaves the old file and nothing beside it', async () => {
  const dir = await temporaryFolder();
  const path = join(dir, 'file');
  await replaceFile(path, 'old');
  const broken = replaceFileWith(path, async (file) => {
    await file.writeFile('half of the n');
    throw new Error('power cut');
  });
  await expect(broken).rejects.toThrow('power cut');
  expect(await readFile(path, 'utf8')).toBe('old');
  expect(await readdir(dir)).toEqual(['file']);
});

test('a path through a file is refused by name', async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'file'), '');
  await expect(replaceFile(join(dir, 'file', 'x'), '')).rejects.toMatchObject(refusal('CANNOT_WRITE', /file\/x/));
  await expect(writeFolder(join(dir, 'file', 'x'), async () => {})).rejects.toMatchObject(
    refusal('CANNOT_WRITE', /file\/x/),
  );
  await expect(replaceFile(join(dir, 'n'.repeat(300)), '')).rejects.toMatchObject(refusal('CANNOT_WRITE', /too long/));
});

test('a folder appears whole, readable by others as the umask says', async () => {
  const dir = await temporaryFolder();
  const target = join(dir, 'parent', 'model');
  await writeFolder(`${target}/`, async (temporary) => {
    await mkdir(join(temporary, 'sub'));
    await writeFile(join(temporary, 'sub', 'x'), '1');
    await expect(stat(target)).rejects.toThrow('ENOENT');
  });
  expect(await readFile(join(target, 'sub', 'x'), 'utf8')).toBe('1');
  expect(await readdir(join(dir, 'parent'))).toEqual(['model']);
  expect((await stat(target)).mode & 0o777).toBe(0o777 & ~process.umask());
});

test('a folder whose building fails never appears', async () => {
  const dir = await temporaryFolder();
  const broken = writeFolder(join(dir, 'model'), async (temporary) => {
    await writeFile(join(temporary, 'x'), '1');
    throw new Error('out of luck');
  });
  await expect(broken).rejects.toThrow('out of luck');
  expect(await readdir(dir)).toEqual([]);
});

test('a folder, file or dangling link that is there already is refused and kept', async () => {
  const dir = await temporaryFolder();
  await mkdir(join(dir, 'folder'));
  await writeFile(join(dir, 'file'), 'mine');
  await symlink('nowhere', join(dir, 'link'));
  for (const name of ['folder', 'file', 'link']) {
    await expect(writeFolder(join(dir, name), () => expect.fail('built'))).rejects.toMatchObject(
      refusal('FILE_EXISTS', new RegExp(name)),
    );
  }
  expect((await readdir(dir)).sort()).toEqual(['file', 'folder', 'link']);
});

test('of two builders of one folder the first wins, the other is told', async () => {
  const dir = await temporaryFolder();
  const target = join(dir, 'model');
  const slow = writeFolder(target, async (temporary) => {
    await writeFile(join(temporary, 'x'), 'slow');
    await writeFolder(target, (inner) => writeFile(join(inner, 'x'), 'fast'));
  });
  await expect(slow).rejects.toMatchObject(refusal('FILE_EXISTS', /model/));
  expect(await readFile(join(target, 'x'), 'utf8')).toBe('fast');
  expect(await readdir(dir)).toEqual(['model']);
});

// Kills the mutants that write to the target itself instead of renaming; a second run must not stumble over the remains.
test('kill -9 in the middle of writing leaves the old file and no folder', { timeout: 30_000 }, async () => {
  const dir = await temporaryFolder();
  await replaceFile(join(dir, 'file'), 'old');
  const program = `
    import { replaceFileWith, writeFolder } from ${JSON.stringify(new URL('atomic-write.ts', import.meta.url).href)};
    import { writeFile } from 'node:fs/promises';
    await writeFolder('folder', async (temporary) => {
      await writeFile(temporary + '/half', 'of the folder');
      await replaceFileWith('file', async (file) => {
        await file.writeFile('half of the new');
        process.stdout.write('writing');
        await new Promise((resolve) => setTimeout(resolve, 60_000));
      });
    });`;
  for (let round = 0; round < 2; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: dir,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [said] = (await Promise.race([once(child.stdout, 'data'), once(child, 'close')])) as [unknown];
    expect(String(said)).toBe('writing');
    child.kill('SIGKILL');
    await once(child, 'close');
    expect(await readFile(join(dir, 'file'), 'utf8')).toBe('old');
    expect((await readdir(dir)).filter((name) => !name.startsWith('.'))).toEqual(['file']);
    // Each round removed the remains of the one before.
    expect(await readdir(dir)).toHaveLength(3);
  }
  await replaceFile(join(dir, 'file'), 'new');
  await writeFolder(join(dir, 'folder'), async () => {});
  expect((await readdir(dir)).sort()).toEqual(['file', 'folder']);
});

// Kills the mutant that takes what it does not know for stale.
test('only what is surely left over is removed', async () => {
  const dir = await temporaryFolder();
  const foreign = (name: string): string => `.${name}.0123abcd-1-0123456789ab.tmp`;
  const kept = ['.model.tmp', '.model.old.tmp', foreign('model'), foreign('model.checkpoint'), foreign('modeling')];
  const old = [`.model.0123abcd-7-${'a'.repeat(12)}.tmp`, `.model.0123abcd-8-${'b'.repeat(12)}.tmp`];
  for (const name of [...kept, ...old]) await mkdir(join(dir, name));
  await writeFile(join(dir, old[0]!, 'weights'), 'half');
  const beforeAWeek = new Date(Date.now() - 8 * 24 * 3600 * 1000);
  for (const name of [...old, '.model.tmp', '.model.old.tmp']) await utimes(join(dir, name), beforeAWeek, beforeAWeek);
  await writeFolder(join(dir, 'model'), async () => {});
  expect((await readdir(dir)).sort()).toEqual([...kept, 'model'].sort());
});

// Kills the mutant that leaves it to the end of the work to find out.
test('a place that cannot be written to is refused before the work', async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'file'), '');
  await symlink('nowhere', join(dir, 'link'));
  await mkdir(join(dir, 'closed'), { mode: 0o555 });
  const places = ['file/x', 'file/x/y', 'link/x', 'n'.repeat(300)];
  // Root may write where nobody may.
  if (process.getuid?.() !== 0) places.push('closed/x', 'closed/x/y');
  for (const place of places)
    await expect(refuseExisting(join(dir, place)), place).rejects.toMatchObject(
      refusal('CANNOT_WRITE', /cannot write/),
    );
  await refuseExisting(join(dir, 'new'));
  await refuseExisting(join(dir, 'new/sub/folder/'));
  expect((await readdir(dir)).sort()).toEqual(['closed', 'file', 'link']);
});
