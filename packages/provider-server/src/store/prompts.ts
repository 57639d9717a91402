/** @file Submitted and transferred prompts. Every read names the tenant; what another one has is not there. */

import type { Db, Prompt, Submission } from './rows.ts';
import { page, type Page, type PageRequest } from './pages.ts';
import { isUuid, unknownId } from './unknown-id.ts';

/** @throws UNKNOWN_ID also for a prompt that was deleted */
export async function getPrompt(db: Db, tenantId: string, id: string): Promise<Prompt> {
  const prompt = isUuid(id)
    ? await db
        .selectFrom('prompts')
        .selectAll()
        .where('id', '=', id)
        .where('tenantId', '=', tenantId)
        .where('deletedAt', 'is', null)
        .executeTakeFirst()
    : undefined;
  return prompt ?? unknownId('prompt');
}

export async function listPrompts(db: Db, tenantId: string, request: PageRequest = {}): Promise<Page<Prompt>> {
  const query = db.selectFrom('prompts').selectAll().where('tenantId', '=', tenantId).where('deletedAt', 'is', null);
  return page(query, request);
}

export async function countPrompts(db: Db, tenantId: string): Promise<number> {
  const { count } = await db
    .selectFrom('prompts')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('tenantId', '=', tenantId)
    .where('deletedAt', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** From now on it is unknown; the sweep of the artifact store removes its files. @throws UNKNOWN_ID */
export async function deletePrompt(db: Db, tenantId: string, id: string): Promise<void> {
  await getPrompt(db, tenantId, id);
  await db
    .updateTable('prompts')
    .set({ deletedAt: new Date() })
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .execute();
}

/** What the owner submitted for this prompt; it is still there when the prompt was deleted. @throws UNKNOWN_ID */
export async function getSubmission(db: Db, tenantId: string, id: string): Promise<Submission> {
  const submission = isUuid(id)
    ? await db
        .selectFrom('submissions')
        .selectAll()
        .where('id', '=', id)
        .where('tenantId', '=', tenantId)
        .executeTakeFirst()
    : undefined;
  return submission ?? unknownId('submission');
}
