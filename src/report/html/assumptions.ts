import type { Manifest } from '../../store/manifest.js'
import { escapeHtml } from './escape.js'

/** What was assumed or decided without being asked for, of the data and of models from elsewhere, a line each. */
export function assumptionSection(manifest: Manifest | undefined): string {
  const { assumptions } = manifest ?? {}
  if (!Array.isArray(assumptions)) {
    return '<p>manifest.json does not tell what was assumed.</p>'
  }
  if (assumptions.length === 0) return '<p>Nothing beyond the configuration and its defaults.</p>'
  const items = assumptions.map((assumption) => `<li>${escapeHtml(String(assumption))}</li>`)
  return `<ul>${items.join('')}</ul>`
}
