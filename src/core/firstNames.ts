/** Names that a sentence lists before it counts the rest. */
const SHOWN = 4

/** `a, b, c, d and 3 more`. */
export function firstNames(names: readonly string[]): string {
  return names.length > SHOWN
    ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`
    : names.join(', ')
}
