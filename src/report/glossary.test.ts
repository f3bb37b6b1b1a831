/** Terms that are found in texts, and the glossary of README against that of the report. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { glossary, withMeanings } from './glossary.js'

const marked = (text: string) =>
  withMeanings(text).flatMap(({ text: part, meaning }) => (meaning === undefined ? [] : [part]))

describe('terms of a text', () => {
  it('are found as whole words, the longest first, each entry once', () => {
    expect(marked('T_low of the Jaccard, p < 0.05; T_high beside it')).toEqual([
      'T_low',
      'Jaccard',
      'p',
    ])
    expect(marked('low share 0.02, κ_J = 0.1, t* at 40')).toEqual(['low share', 'κ_J', 't*'])
    expect(marked('sharper marginal_p ordered by reorder')).toEqual([])
  })

  it('leave the text as it was', () => {
    const text = 'median ICC of the scores: tie-break 0.9 (v(S) of salient players), p = 0.2'
    expect(
      withMeanings(text)
        .map(({ text: part }) => part)
        .join(''),
    ).toBe(text)
  })
})

it('the glossary of README is the one of the report', () => {
  const readme = readFileSync('README.md', 'utf8')
  const table = glossary.map(
    ({ term, meaning }) => `| ${term} | ${meaning.replaceAll('|', '\\|')} |`,
  )
  expect(readme).toContain(table.join('\n'))
})

it('has each term once, with a meaning that fits a line', () => {
  const forms = glossary.flatMap(({ term, forms: others = [] }) => [term, ...others])
  expect(new Set(forms).size).toBe(forms.length)
  for (const { term, meaning } of glossary) {
    expect(meaning.length, term).toBeLessThan(190)
    expect(meaning, term).not.toMatch(/\.$/)
  }
})
