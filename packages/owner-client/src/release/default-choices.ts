/** @file What a transfer is asked for when nobody says: constants, as all choices must be made without looking at private data. */

import type { TransferChoices } from '@softpost/shared/submission/submission';

export const DEFAULT_CHOICES: TransferChoices = { compare: 'vocabulary', seed: 1 };
