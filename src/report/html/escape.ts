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

/** A table with a header row, without columns that are empty; cells are HTML already. Scrolls by itself on narrow screens; `look` is its class. */
export function htmlTable(
  label: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  look = '',
): string {
  const isFilled = head.map((_, column) => rows.some((row) => row[column] !== ''))
  const kept = <T>(cells: readonly T[]) => cells.filter((_, column) => isFilled[column])
  const header = kept(head)
    .map((cell) => `<th scope="col">${cell}</th>`)
    .join('')
  const body = rows
    .map(
      (row) =>
        `<tr>${kept(row)
          .map((cell) => `<td>${cell}</td>`)
          .join('')}</tr>`,
    )
    .join('\n')
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(label)}"><table${look === '' ? '' : ` class="${look}"`}><thead><tr>${header}</tr></thead><tbody>\n${body}\n</tbody></table></div>`
}

/** A text whose negative numbers have a minus sign, as those of the tables and figures. */
export function withMinus(text: string): string {
  return text.replace(/(?<![\w)])-(?=\d)/g, '−')
}
