import { relative } from 'node:path'

/** A path as messages show it: seen from the working folder where it lies in there, or else as it is. */
export function shownPath(path: string): string {
  const seen = relative(process.cwd(), path)
  return seen.startsWith('..') ? path : seen || '.'
}
