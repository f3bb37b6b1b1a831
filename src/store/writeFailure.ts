/** What is wrong where a file cannot be written, replaced or removed. */
import { InputError, LowlayerError, messageOf, TaskError } from '../core/errors.js'

/** What the system says of a disk that is full, or a quota that is used up, or of one that fails. */
const OF_THE_DISK: readonly (string | undefined)[] = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']

/**
 * The error of a place that cannot be written: TaskError where the disk is full or fails, which is nobody's mistake;
 * InputError otherwise: the place is not one where this user may write. What says by itself what is wrong, as of a file
 * that had to be written before, stays as it is.
 */
export function writeFailure(path: string, error: unknown): LowlayerError {
  if (error instanceof LowlayerError) return error
  const message = `cannot write ${path}: ${messageOf(error)}`
  if (!OF_THE_DISK.includes((error as NodeJS.ErrnoException).code))
    return new InputError(message, { cause: error })
  const advice =
    'what was written before is whole and is kept: make room and run the same command again'
  return new TaskError(`${message}; ${advice}`, { cause: error })
}
