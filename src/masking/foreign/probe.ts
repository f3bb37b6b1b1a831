/** A few samples, plain and masked, on which a model from elsewhere is tried first. */
import { concatenated } from '../../core/tensor.js'
import type { MaskedSample } from '../evaluation/sampleValues.js'
import { BACKGROUND, type Baseline, type Players } from '../types.js'

/** What a model is fed of samples as they are, and of what is held beside them. */
export function plainRows(samples: readonly MaskedSample[]): Float32Array {
  return concatenated(
    samples.flatMap(({ input, held }) => (held === undefined ? [input] : [input, held])),
  )
}

/**
 * Rows on which a model is tried before it is analysed: samples as they are, every other one's players replaced by
 * the baseline (the even ones in one sample, the odd ones in the next), and all of them. [3 · samples, size]
 */
export function probeRows(
  samples: readonly MaskedSample[],
  players: (sample: MaskedSample) => Players,
  baseline: Baseline,
): Float32Array {
  const rows: Float32Array[] = [plainRows(samples)]
  for (const [index, sample] of samples.entries()) {
    const { map } = players(sample)
    const row = plainRows([sample])
    const values = baseline.valuesFor(row.subarray(0, map.length))
    const masked = (isMasked: (player: number) => boolean) =>
      row.map((value, cell) =>
        cell < map.length && map[cell] !== BACKGROUND && isMasked(map[cell]) ? values[cell] : value,
      )
    rows.push(
      masked((player) => player % 2 === index % 2),
      masked(() => true),
    )
  }
  return concatenated(rows)
}
