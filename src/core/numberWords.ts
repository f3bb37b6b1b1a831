/** Numbers as messages and the report say them. */

/** A share in percent, to one decimal: `12.5%`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`
}

/** How many of something: `1 sample`, `2 samples`; `plural` where an s does not make it. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}

/** A number as people read it: at most three significant digits, with a minus sign, empty for a missing one. */
export function shortNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return ''
  if (Number.isInteger(value)) return withMinus(value.toLocaleString('en'))
  if (Math.abs(value) < 1e-3) return withMinus(value.toExponential(1))
  return withMinus(String(Number(value.toPrecision(3))))
}

/** A text whose negative numbers have a minus sign, as those of the tables and figures. */
export function withMinus(text: string): string {
  return text.replace(/(?<![\w)])-(?=\d)/g, '−')
}
