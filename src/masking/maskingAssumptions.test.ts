/** What users are told of the mean as a baseline, on tables of known mean and deviation. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { loadDataset } from '../data/load.js'
import type { Dataset } from '../data/types.js'
import { configOf } from '../testing/configOf.js'
import { meanUncertainty } from './baseline/baselines.js'
import { baselineAssumptions, baselineWarnings, playerAssumptions } from './maskingAssumptions.js'

/** Features of 25 samples; the deviation of feature f is deviations[f], its mean 7. */
function table(deviations: readonly number[], count = 25): Dataset {
  const draws = stream(1, 'test').at()
  const inputs = Float32Array.from({ length: count * deviations.length }, (_, cell) => {
    return 7 + deviations[cell % deviations.length] * draws.normal()
  })
  const labels = new Int32Array(count)
  const ids = Int32Array.from(labels, (_, row) => row)
  const train = { count, inputs, labels, trueLabels: labels, ids }
  return {
    source: 'csv',
    kind: 'tabular',
    shape: [deviations.length],
    classes: ['a', 'b'],
    features: ['age', 'height', 'weight', 'pulse'].slice(0, deviations.length),
    assumptions: [],
    train,
    test: train,
    fingerprint: '',
  }
}

const linesOf = (data: Dataset, ...overrides: readonly string[]) => {
  const analysis = analysisOf(...overrides)
  return [
    ...playerAssumptions(analysis.players, data, (file) => file),
    ...baselineAssumptions(analysis, data, (file) => file),
  ]
}
const analysisOf = (...overrides: readonly string[]) => {
  const config = configOf(
    { data: { source: 'tic-tac-toe' }, model: { architecture: 'mlp-5' } },
    'test',
    ['analysis.players.count=2', 'analysis.players.layout=features', ...overrides],
  )
  return config.analysis
}

describe('what masking assumes', () => {
  it('names the players that variance chose, those of the largest', () => {
    const [line] = linesOf(table([1, 30, 2, 20]), 'analysis.baseline=zero')
    expect(line).toMatch(/^the players are height, pulse, chosen by variance over 25 training/)
  })

  it('tells the mean that masked players take, and how far it may be from that of more samples', () => {
    const data = table([1e-6, 1e-6])
    expect(linesOf(data)).toEqual([
      expect.stringMatching(
        /the mean of 25 training samples, 7, 7, .* 2[01]% of a standard deviation/,
      ),
    ])
  })

  it('says nothing where every feature is a player and the baseline is a constant', () => {
    expect(linesOf(table([1, 2]), 'analysis.baseline=zero')).toEqual([])
  })

  it('asks of constants beyond all samples whether they are in the same units', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lowlayer-units-'))
    const file = join(folder, 'b.json')
    const said = (...values: number[]) => {
      writeFileSync(file, JSON.stringify(values))
      return linesOf(table([1, 2]), `analysis.baseline={file: ${file}}`)
    }
    expect(said(7, 6)).toEqual([])
    expect(said(7, 107)).toEqual([
      expect.stringMatching(
        /b\.json for height, 107, lie beyond those of the training samples, \d\.\d+ to 1\d\.\d+: are/,
      ),
    ])
    rmSync(folder, { recursive: true })
  })

  it('tells the mean of inputs that were standardised by numbers of other samples', async () => {
    const written = (standardize: unknown) => ({
      data: { source: 'glyphs', train: 200, test: 20, standardize },
      model: { architecture: 'lenet' },
    })
    const meanLines = async (standardize: unknown) => {
      const { data } = configOf(written(standardize), 'test', [])
      const glyphs = await loadDataset(data, { baseDir: '.', dataDirs: [] })
      const lines = linesOf(glyphs, 'analysis.players.layout=auto')
      return lines.filter((line) => line.includes('take the mean'))
    }
    const said = [
      expect.stringMatching(
        /the mean of 200 training samples, -?[\d.]+ of standardised inputs, which is uncertain by [\d.]+% of a/,
      ),
    ]
    expect(await meanLines({ mean: 0.5, std: 0.25 })).toEqual(said)
    expect(await meanLines(false)).toEqual([expect.stringMatching(/[\d.]+, which is uncertain by/)])
    expect(await meanLines(true)).toEqual([])
  })

  it('says nothing of a mean that standardisation made 0, and of texts', async () => {
    const text = { ...table([1, 2]), kind: 'text' as const, vocabulary: ['', '?', 'good'] }
    expect(linesOf(text)).toEqual([])
    const written = {
      data: { source: 'glyphs', train: 20, test: 20 },
      model: { architecture: 'lenet' },
    }
    const { data } = configOf(written, 'test', [])
    const glyphs = await loadDataset(data, { baseDir: '.', dataDirs: [] })
    const lines = linesOf(glyphs, 'analysis.players.layout=auto')
    expect(lines.filter((line) => line.includes('mean'))).toEqual([])
  })
})

describe('the mean of few samples', () => {
  const usual = analysisOf()

  it('is a warning below a hundred samples of a feature, standardised or not', () => {
    expect(baselineWarnings(usual, table([1, 2], 120))).toEqual([])
    const few = table([1, 2], 80)
    const said = [expect.stringMatching(/only 80 training samples: it is uncertain by 11% of a/)]
    expect(baselineWarnings(usual, few)).toEqual(said)
    const standardization = { mean: [7, 7], std: [1, 2] }
    expect(baselineWarnings(usual, { ...few, standardization })).toEqual(said)
  })

  it('is none where no mean is taken', () => {
    const few = table([1, 2], 20)
    expect(baselineWarnings(analysisOf('analysis.baseline=zero'), few)).toEqual([])
    const players = { ...usual.players, layout: 'layer' as const, layer: 'a' }
    expect(baselineWarnings({ ...usual, players }, few)).toEqual([])
  })

  it('errs as little as the pixels of a channel average out', () => {
    // 36 independent pixels of 36 samples: the mean of the channel errs by 1/36 of a deviation.
    const { train, ...rest } = table(Array(36).fill(1), 36)
    const picture = { ...rest, train, test: train, kind: 'image' as const, shape: [1, 6, 6] }
    expect(meanUncertainty(picture)).toBeCloseTo(1 / 36, 2)
    expect(meanUncertainty({ train, shape: [36] })).toBeCloseTo(1 / 6, 2)
    expect(baselineWarnings(usual, picture)).toEqual([])
  })

  it('of one sample has no error, and is a warning', () => {
    expect(baselineWarnings(usual, table([1, 2], 1))[0]).toMatch(/only 1 training sample, and/)
  })
})
