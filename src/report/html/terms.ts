/** Terms with their meaning on hovering or touching, and the glossary that lists them. */
import { glossary, withMeanings } from '../glossary.js'
import { escapeHtml, withMinus } from './escape.js'

/** Text as HTML, its terms explained by tooltips. */
export function explained(text: string): string {
  return withMeanings(withMinus(text))
    .map(({ text: part, meaning }) =>
      meaning === undefined
        ? escapeHtml(part)
        : `<dfn title="${escapeHtml(meaning)}">${escapeHtml(part)}</dfn>`,
    )
    .join('')
}

/** Every term with its meaning. */
export function glossarySection(): string {
  const entries = glossary.map(
    ({ term, meaning }) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(meaning)}</dd>`,
  )
  return `<dl class="glossary">${entries.join('')}</dl>`
}
