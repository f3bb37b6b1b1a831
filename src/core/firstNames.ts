/** Names that a sentence lists before it counts the rest, where nothing else is asked for. */
const SHOWN = 4

/** The first `shown` of some names, and how many there are beside: `a, b, c, d and 3 more`. */
export function firstNames(names: readonly (string | number)[], shown = SHOWN): string {
  return names.length > shown
    ? `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`
    : names.join(', ')
}
