/** @file Users as the unit of privacy: which lines are one user's, and how many of them count in a step. */
import { SoftpostError } from '@softpost/shared/errors';
import { requireCount } from '@softpost/shared/privacy/parameters';

export interface UserUnit {
  /** Column of the data file whose value names the user. The name is public, the values are not. */
  readonly column: string;
  /** Most examples of a user whose mean gradient is their contribution to a step: more make it steadier, and a step slower. */
  readonly examples: number;
}

/** A mean over four examples has half the spread of one, at four times the price. */
export const DEFAULT_UNIT_EXAMPLES = 4;
export const MAX_UNIT_EXAMPLES = 256;

/** @throws SoftpostError BAD_PRIVACY_PARAMETER */
export function requireUserUnit({ column, examples }: UserUnit): UserUnit {
  if (column === '') throw new SoftpostError('BAD_PRIVACY_PARAMETER', 'the column that names the user has no name');
  if (requireCount('examples of a user', examples) > MAX_UNIT_EXAMPLES)
    throw new SoftpostError(
      'BAD_PRIVACY_PARAMETER',
      `examples of a user is ${examples}; it must be at most ${MAX_UNIT_EXAMPLES}`,
    );
  return Object.freeze({ column, examples });
}
