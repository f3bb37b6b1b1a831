import { withMinus } from '../../core/numberWords.js'
/** Terms with their meaning on hovering or touching, and the glossary that lists them. */
import { glossary, withMeanings } from '../glossary.js'
import { escapeHtml } from './escape.js'

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

/** A drawing whose texts tell the meaning of the terms in them; all that it shows stays as it was. */
export function explainedDrawing(svg: string): string {
  return svg.replaceAll(/(<text\b[^>]*>)([^<]+)/g, (whole, tag: string, words: string) => {
    const meanings = withMeanings(words).flatMap(({ text, meaning }) =>
      meaning === undefined ? [] : [`${escapeHtml(text)}: ${escapeHtml(meaning)}`],
    )
    return meanings.length === 0 ? whole : `${tag}<title>${meanings.join('\n')}</title>${words}`
  })
}

/** Every term with its meaning. */
export function glossarySection(): string {
  const entries = glossary.map(
    ({ term, meaning }) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(meaning)}</dd>`,
  )
  return `<dl class="glossary">${entries.join('')}</dl>`
}
