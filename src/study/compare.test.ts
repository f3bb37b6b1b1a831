/** Comparisons of made-up networks: grids by cut, the clause on overfitting, and samples that not all have. */
import { describe, expect, it } from 'vitest'
import { stream } from '../core/random.js'
import { planStudy } from '../plan/plan.js'
import type { GivenNetwork, StudyNetwork } from '../plan/types.js'
import { configOf } from '../testing/configOf.js'
import { ticTacToeInfo } from '../testing/dataInfo.js'
import { madeCheckpoint } from '../testing/madeCheckpoint.js'
import type { CurvePoint } from '../training/curve.js'
import { compareAnalyses, networkScores, pairRows } from './compare.js'
import { analyseNetwork } from './network.js'

/** The comparison of a planned study of mlp-5 whose networks have random interactions. */
function compared(
  grid: object,
  curve: readonly CurvePoint[] = [],
  as: (network: StudyNetwork) => StudyNetwork = (network) => network,
) {
  const config = configOf(
    {
      data: { source: 'tic-tac-toe' },
      model: { architecture: 'mlp-5' },
      networks: { grid: { low: [0, 1, 2], high: [0, 1, 2], repeats: 1, ...grid } },
      comparison: { bootstrap: 20 },
    },
    'test',
  )
  const networks = planStudy(config, ticTacToeInfo).networks.map(as)
  const analyses = networks.map((network) => {
    const generator = stream(0, 'interactions', network.id).at()
    const rows = Array.from({ length: 20 }, () =>
      Array.from({ length: 8 }, () => generator.normal()),
    )
    return analyseNetwork({ network, curve, checkpoints: [madeCheckpoint(rows)] }, config)
  })
  return {
    ...compareAnalyses(analyses, { missing: [], trainedBy: [] }, config),
    overlaps: [...pairRows(analyses, config)],
  }
}

describe('cuts given as lists of layers', () => {
  const { effects, overlaps, verdict } = compared({ cuts: [['fc1'], ['fc2']] })

  it('are grids of their own, though as many layers are low', () => {
    const cuts = effects.map(({ cut, cut_layers }) => `${cut} ${cut_layers ?? ''}`)
    expect([...new Set(cuts)]).toEqual(['1 ', '1 fc2'])
    expect(verdict.grid?.cut).toBe(1)
    expect(verdict.others.map(({ cut }) => cut)).toEqual(['fc2'])
    expect(verdict.others[0].sentence).toContain(' for mlp-5, init, cut fc2: ')
  })

  it('never make two networks identical', () => {
    const relations = overlaps
      .filter(({ network_a, network_b }) => network_a !== network_b)
      .map(({ relation, cut, cut_layers }) => `${relation} ${cut ?? ''} ${cut_layers ?? ''}`)
    expect([...new Set(relations)].sort()).toEqual([
      'both-diff 1 ',
      'both-diff 1 fc2',
      'diff-low/same-high 1 ',
      'diff-low/same-high 1 fc2',
      'different-cut  ',
      'same-low/diff-high 1 ',
      'same-low/diff-high 1 fc2',
    ])
  })

  it('are the same cut as a number where they name the first layers', () => {
    const same = compared({ cuts: [2, ['fc2', 'fc1']] })
    expect(same.verdict.others).toEqual([])
    expect(new Set(same.effects.map(({ cut, cut_layers }) => `${cut} ${cut_layers}`))).toEqual(
      new Set(['2 undefined']),
    )
  })
})

describe('the overfitting clause', () => {
  /** Losses that agree at every point. */
  const flat = (points: number) =>
    Array.from({ length: points }, (_, epoch): CurvePoint => {
      const losses = { trainLoss: 1, testLoss: 1, trainAccuracy: 0.5, testAccuracy: 0.5 }
      return { step: 10 * epoch, epoch, ...losses }
    })
  const clauseOf = (points: number) => compared({}, flat(points)).verdict.clauses[0]

  it('is undecided where the curve has too few points to tell, and says what helps', () => {
    expect(clauseOf(5)).toMatchObject({ id: 'i', status: 'undecided', figures: {} })
    expect(clauseOf(5).reason).toBe(
      'phases were not detected: 5 evaluation points; at least 6 are needed: measure losses more often (training.evaluate)',
    )
  })

  it.each([
    [
      'onnx',
      undefined,
      /give more of its checkpoints, or its curve \(networks\.files\[\]\.curve\)$/,
    ],
    ['onnx', 'curve.csv', /give a curve with more points/],
    ['values', undefined, /give its curve/],
  ] as const)(
    'says of networks from elsewhere (%s, curve %s) what their user can do',
    (kind, curveFile, remedy) => {
      const as = (network: StudyNetwork) =>
        ({
          ...network,
          origin: 'given',
          spec: { ...network.spec, kind },
          curveFile,
        }) as GivenNetwork
      const { reason } = compared({}, flat(5), as).verdict.clauses[0]
      expect(reason).toMatch(remedy)
      expect(reason).not.toContain('training.')
    },
  )

  it('fails where there are enough and no phase is found', () => {
    expect(clauseOf(6)).toMatchObject({
      id: 'i',
      status: 'fails',
      figures: { networks: 9, overfitting: 0 },
      reason: 'none of the 9 networks has an overfitting phase',
    })
  })
})

describe('samples that not all networks were analysed on', () => {
  const config = configOf(
    {
      data: { source: 'tic-tac-toe' },
      model: { architecture: 'mlp-5' },
      confusing: { set: { fraction: 0.2 } },
    },
    'test',
  )
  const [network] = planStudy(config, ticTacToeInfo).networks
  const generator = stream(0, 'interactions').at()
  const rows = Array.from({ length: 20 }, () => Array.from({ length: 8 }, () => generator.normal()))
  const analysis = analyseNetwork(
    { network, curve: [], checkpoints: [madeCheckpoint(rows)] },
    config,
  )
  const ranked = [...analysis.samples].sort((a, b) => analysis.scores[b] - analysis.scores[a])

  it('are left out before the confusing ones are chosen, by the same rule', () => {
    expect(networkScores(analysis, analysis.samples, config).set).toEqual(ranked.slice(0, 4))
    // Without the two highest a fifth of 15 are the three after them, and not the two that are left of four.
    const common = ranked.slice(2, 17)
    expect(networkScores(analysis, common, config).set).toEqual(ranked.slice(2, 5))
  })
})
