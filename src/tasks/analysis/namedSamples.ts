/** The samples that a configuration names, as numbers: from a list or from a file of them. */

import type { AnalysisConfig } from '../../config/analysis.js'
import { atPlace, InputError } from '../../core/errors.js'
import { readInputFile } from '../../formats/inputFile.js'
import { decodeText } from '../../formats/text.js'

/**
 * The analysis with `samples.ids` as a list: those of the file that it names. So what is stored says which samples
 * they are, whatever becomes of the file. Throws InputError, naming file and line, where it cannot be read or holds
 * anything else than whole numbers, each once; and where `samples.count` was written and is another number.
 */
export function withNamedSamples(
  analysis: AnalysisConfig,
  isCountWritten: boolean,
  pathOf: (file: string) => string,
): AnalysisConfig {
  const { samples } = analysis
  if (typeof samples.ids !== 'string') return analysis
  const ids = readIds(pathOf(samples.ids))
  if (isCountWritten && samples.count !== ids.length) {
    throw new InputError(
      `analysis.samples.count: ${samples.count} differs from the ${ids.length} of ${samples.ids}: leave count away`,
    )
  }
  return { ...analysis, samples: { ...samples, ids, count: ids.length } }
}

function readIds(file: string): number[] {
  const ids: number[] = []
  const seen = new Map<number, number>()
  const lines = atPlace('analysis.samples.ids', () => decodeText(readInputFile(file), file))
  for (const [index, line] of lines.split(/\r?\n/).entries()) {
    const text = line.trim()
    // A column of a table has its name above it.
    if (text === '' || (index === 0 && text === 'sample')) continue
    const place = `${file}, line ${index + 1}`
    if (!/^\d+$/.test(text)) throw new InputError(`${place}: "${text}" is no number of a sample`)
    const id = Number(text)
    const before = seen.get(id)
    if (before !== undefined) {
      throw new InputError(`${place}: sample ${id} stands in line ${before} already`)
    }
    seen.set(id, index + 1)
    ids.push(id)
  }
  if (ids.length > 0) return ids
  throw new InputError(`${file}: has no number of a sample; write one per line`)
}
