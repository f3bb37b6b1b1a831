/** Texts and numbers as HTML shows them. */
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

/** A share in percent, empty for a missing one. */
export function percentCell(share: number | undefined): string {
  return share === undefined ? '' : percent(share)
}
