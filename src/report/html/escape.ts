import { percent } from '../../core/numberWords.js'

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

/** A number as people read it: at most three significant digits, with a minus sign, empty for a missing one. */
export function shortNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return ''
  if (Number.isInteger(value)) return withMinus(value.toLocaleString('en'))
  if (Math.abs(value) < 1e-3) return withMinus(value.toExponential(1))
  return withMinus(String(Number(value.toPrecision(3))))
}

/** A share in percent, empty for a missing one. */
export function percentCell(share: number | undefined): string {
  return share === undefined ? '' : percent(share)
}

/** A text whose negative numbers have a minus sign, as those of the tables and figures. */
export function withMinus(text: string): string {
  return text.replace(/(?<![\w)])-(?=\d)/g, '−')
}
