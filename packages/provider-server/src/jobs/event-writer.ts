/** @file What a running job tells, written to its history one after the other, while the job goes on. */

import type { Report, RunEvent } from '@softpost/shared/events';
import type { Db } from '../store/rows.ts';
import { tell, type Claim } from './claim.ts';
import type { NewEvent } from './history.ts';
import { createProgressFilter } from './progress-filter.ts';

export interface EventWriter {
  readonly emit: Report;
  /** Waits until everything told so far is written. */
  flush(): Promise<void>;
}

/** @param onFault told once of what an event could not be written for; then nothing more is written */
export function createEventWriter(db: Db, claim: Claim, onFault: (reason: unknown) => void): EventWriter {
  const isKept = createProgressFilter();
  let last: Promise<void> = Promise.resolve();
  let broken = false;
  const write = async (event: NewEvent): Promise<void> => {
    if (broken) return;
    try {
      await tell(db, claim, event);
    } catch (reason) {
      broken = true;
      onFault(reason);
    }
  };
  return {
    emit: (event) => {
      if (event.kind === 'progress' && !isKept(event)) return;
      last = last.then(() => write(asNewEvent(event)));
    },
    flush: () => last,
  };
}

function asNewEvent({ kind: _kind, ...event }: RunEvent): NewEvent {
  return event;
}
