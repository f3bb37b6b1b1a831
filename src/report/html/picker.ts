/** A part of the report of which one panel is shown at a time, chosen from a menu. */
import { escapeHtml } from './escape.js'

export interface Panel {
  readonly label: string
  readonly html: string
}

/**
 * Panels of which a script shows one at a time behind a menu with buttons for the next and the last
 * one. Without a script all of them stand below each other; in print the chosen one.
 */
export function picker(id: string, what: string, panels: readonly Panel[], first = 0): string {
  const sections = panels.map(
    ({ label, html }, index) =>
      `<section class="panel${index === first ? ' chosen' : ''}" id="${id}-${index}"><h4 class="panel-title">${escapeHtml(label)}</h4>${html}</section>`,
  )
  return `<div class="picker" id="${id}" data-what="${escapeHtml(what)}" data-first="${first}">\n${sections.join('\n')}\n</div>`
}
