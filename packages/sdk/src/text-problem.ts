/** Why a text can't be read, and where; lines and columns count from 1. */
export interface TextProblem {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export const MAX_TEXT_BYTES = 256 * 1024;
export const MAX_DEPTH = 32;
