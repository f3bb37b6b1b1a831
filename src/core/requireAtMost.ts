import { InputError } from './errors.js'

/** Throws InputError where `found` of `what` exceed `most`: how many there are, how many may be, and what to do instead. */
export function requireAtMost(found: number, most: number, what: string, remedy: string): void {
  if (found <= most) return
  const [there, limit] = [found, most].map((count) => count.toLocaleString('en'))
  throw new InputError(`${what}: ${there}, but at most ${limit} are taken; ${remedy}`)
}
