/** Tables of the page, which scroll by themselves on narrow screens. */
import { escapeHtml } from './escape.js'
import { explained } from './terms.js'

/** A table without columns that are empty: its head is text whose terms carry their meaning, its cells are HTML already. Scrolls by itself on narrow screens; `look` is its class. */
export function htmlTable(
  label: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  look = '',
): string {
  const isFilled = head.map((_, column) => rows.some((row) => row[column] !== ''))
  const kept = <T>(cells: readonly T[]) => cells.filter((_, column) => isFilled[column])
  const header = kept(head)
    .map((cell) => `<th scope="col">${explained(cell)}</th>`)
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
