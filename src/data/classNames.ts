/** Names of classes and columns: which are refused, and which number each class gets. */
import { InputError } from '../core/errors.js'
import { limits } from '../core/limits.js'
import { quotable } from '../core/quote.js'
import { requireAtMost } from '../core/requireAtMost.js'

/**
 * Throws InputError for a name, of a class or a column, that tables, figures and terminals cannot show: longer than a line, or
 * with characters that steer a terminal.
 */
export function checkNames(names: Iterable<string>, what: string, file: string): void {
  for (const name of names) {
    const place = `${file}: letters of the name of ${what} "${quotable(name, 40)}"`
    requireAtMost(name.length, limits.nameLetters, place, 'give it a shorter one')
    if (quotable(name, name.length) === name) continue
    throw new InputError(
      `${file}: ${what} "${quotable(name)}" has characters in its name that cannot be shown; give it another one`,
    )
  }
}

/**
 * Class names in order: by number where all are numbers, otherwise by code unit. Throws InputError as
 * {@link checkNames} does.
 */
export function sortedClasses(names: Iterable<string>, file: string): string[] {
  const unique = [...new Set(names)]
  checkNames(unique, 'the class', file)
  const numeric = unique.every((name) => name.trim() !== '' && Number.isFinite(Number(name)))
  return unique.sort((a, b) => (numeric ? Number(a) - Number(b) : a < b ? -1 : 1))
}

/**
 * The number of the class of every row, from its name. Throws InputError for a name that is none of the classes;
 * `placeOf` says where a row stands, and `why` what is wrong with another name.
 */
export function classNumbers(
  names: readonly string[],
  classes: readonly string[],
  placeOf: (row: number) => string,
  why: string,
): Int32Array {
  const numbers = new Map(classes.map((name, number) => [name, number]))
  return Int32Array.from(names, (name, row) => {
    const number = numbers.get(name)
    if (number !== undefined) return number
    throw new InputError(`${placeOf(row)}: class "${quotable(name)}" is not ${why}`)
  })
}
