/** Numbers as tables of text hold them: decimal, with a point, in no other way. */

const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** A finite decimal number; undefined for all else, `0x10` and `1e400` included. */
export function parseDecimal(text: string): number | undefined {
  if (!decimal.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

const explanations: readonly (readonly [RegExp, string])[] = [
  [/^[+-]?\d{1,3}(,\d{3})+\.\d*$/, 'it has thousands separators: leave them out'],
  [/^[+-]?\d+,\d+(e[+-]?\d+)?$/i, 'it has a decimal comma: write a decimal point'],
  [
    /^[+-]?\d{1,3}([ \u00a0\u202f'_.]\d{3})+([.,]\d*)?$/,
    'it has thousands separators: leave them out',
  ],
  [/^[+-]?[\d.,]+ ?%$/, 'a share in percent: write 0.12 for 12%'],
  [/^[€$£¥]|[€$£¥]$/, 'an amount with its currency: write the number alone'],
  [/^[+-]?0[xob][0-9a-f]+$/i, 'it is not decimal: write decimal numbers'],
  [
    /^[+-]?(nan|n\/a|na|null|none|nil|nat|missing|\?|-|#n\/a|<na>)$/i,
    'a missing value: leave its row out, or fill it in',
  ],
  [/^[+-]?inf(inity)?$/i, 'infinite: leave its row out'],
  [/^(true|false|yes|no|t|f|y|n)$/i, 'a word: write 0 and 1'],
  [/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/, 'a date: write a number'],
  [decimal, 'too large for a float64'],
]

/** What a text is that is no decimal number, as far as it can be told, with the remedy; else an empty text. */
export function whyNoNumber(text: string): string {
  if (text === '') return 'empty: a missing value; leave its row out, or fill it in'
  return explanations.find(([pattern]) => pattern.test(text))?.[1] ?? ''
}

/** What pandas, R, Excel and databases write for a missing value, where it is not quoted. */
export function isMissing(text: string): boolean {
  return /^(|nan|n\/a|na|null|none|nil|nat|\?|-|--|\.|#n\/a|#na|<na>|\\n)$/i.test(text)
}
