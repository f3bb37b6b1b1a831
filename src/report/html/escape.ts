const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text made safe for HTML content and attributes. */
export function escapeHtml(text: unknown): string {
  return String(text).replaceAll(/[&<>"']/g, (character) => entities[character])
}

/** A number as people read it: at most `digits` significant digits, empty for a missing one. */
export function shortNumber(value: number | undefined, digits = 3): string {
  if (value === undefined || !Number.isFinite(value)) return ''
  if (Number.isInteger(value)) return value.toLocaleString('en')
  if (Math.abs(value) < 1e-3) return value.toExponential(1)
  return String(Number(value.toPrecision(digits))).replace('-', '−')
}

export function percent(value: number | undefined): string {
  return value === undefined ? '' : `${(100 * value).toFixed(1)}%`
}

/** A text whose negative numbers have a minus sign, as those of the tables and figures. */
export function withMinus(text: string): string {
  return text.replace(/(?<![\w)])-(?=\d)/g, '−')
}
