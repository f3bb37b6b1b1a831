/** What is suggested to run next, against what each open verdict lacks. */
import { describe, expect, it } from 'vitest'
import { compareNetworks } from '../comparison/compare.js'
import { simulateScores } from '../comparison/simulate.js'
import type { ClauseStatus, Conclusion, StudyScores } from '../comparison/types.js'
import { experimentSchema } from '../config/schema.js'
import { stream } from '../core/random.js'
import { nextStep } from './nextStep.js'

const config = experimentSchema.parse({
  study: 's',
  data: { source: 'tic-tac-toe' },
  model: { architecture: 'mlp-5' },
  training: { epochs: '7.5ep' },
  networks: { grid: { low: [5, 1, 2], high: [0, 1, 2] } },
})

const simulated = { low: 0.4, high: 0, sample: 0.5 }

/** A study whose networks are of the model of the configuration. */
function ofModel(study: StudyScores): StudyScores {
  return {
    ...study,
    networks: study.networks.map((network) => ({ ...network, architecture: 'mlp-5' })),
  }
}

/** The grid of a simulated 3 × 3 study. */
function gridOf(low: number, networks = 9) {
  const study = simulateScores(
    { lows: 3, highs: 3, orders: 1, samples: 60, shares: { low, high: 0, sample: 0.6 } },
    stream(0, 'test', 'next step').at(),
  )
  const part = { ...study, networks: study.networks.slice(0, networks) }
  return compareNetworks(ofModel(part), { permutations: 199, bootstrap: 100 }).grids[0]
}

/** Sixty samples of networks that lowlayer trained. */
const compared = comparedOf('trained')

function comparedOf(origin: 'trained' | 'given') {
  const network = { origin, architecture: origin === 'trained' ? 'mlp-5' : 'onnx' }
  return { samples: 60, networks: Array(9).fill(network) }
}

/** A verdict whose clauses hold but for those named. */
function verdictOf(verdict: Conclusion, failing: readonly string[] = []) {
  const clauses = ['i', 'ii', 'iii', 'iv', 'v', 'vi'].map((id) => {
    const status: ClauseStatus = failing.includes(id) ? 'fails' : 'holds'
    return { id, status, text: '', figures: {}, reason: '' }
  })
  return { verdict, clauses }
}

describe('what to run next', () => {
  it('is nothing after a firm verdict, and without a grid', () => {
    expect(nextStep(verdictOf('absent'), gridOf(0), compared, config)).toBeUndefined()
    expect(nextStep(verdictOf('inconclusive'), undefined, compared, config)).toBeUndefined()
  })

  it('mends first what no number of seeds mends', () => {
    const grid = gridOf(0)
    const settings = (failing: readonly string[], of = config) =>
      nextStep(verdictOf('inconclusive', failing), grid, compared, of)?.set
    expect(settings(['i', 'v', 'vi'])).toEqual(['training.epochs=15ep'])
    expect(settings(['v', 'vi'])).toEqual(['confusing.score=nongeneralizable'])
    const taken = {
      ...config,
      confusing: { ...config.confusing, score: 'nongeneralizable' as const },
    }
    expect(settings(['vi'], taken)).toEqual([])
    expect(settings(['v'])).toEqual([])
  })

  it('is no setting that would not change the networks of the verdict', () => {
    const step = (failing: string, of = config) =>
      nextStep(verdictOf('inconclusive', [failing]), gridOf(0), comparedOf('given'), of)
    expect(step('i')).toEqual({ reason: expect.stringMatching(/train twice as long$/), set: [] })
    expect(step('vi')).toEqual({
      reason: expect.stringMatching(/networks\.files\[\]\.reference: true/),
      set: [],
    })
    const there = experimentSchema.parse({ ...config, confusing: { references: {} } })
    expect(step('vi', there)?.set).toEqual(['confusing.score=nongeneralizable'])
  })

  it('asks for no seeds where whether networks overfit is not known', () => {
    const { clauses, verdict } = verdictOf('inconclusive')
    const reason = 'phases were not detected: give a curve'
    const open = { ...clauses[0], status: 'undecided' as const, reason }
    const step = nextStep(
      { verdict, clauses: [open, ...clauses.slice(1)] },
      gridOf(0.4),
      compared,
      config,
    )
    expect(step).toEqual({ reason: expect.stringContaining(reason), set: [] })
  })

  it('takes no step in vain: more seeds come with it where those that there are can decide nothing', () => {
    const study = simulateScores(
      { lows: 2, highs: 2, orders: 1, samples: 60, shares: { low: 0, high: 0, sample: 0.6 } },
      stream(0, 'test', 'two by two').at(),
    )
    const [grid] = compareNetworks(ofModel(study), { permutations: 199, bootstrap: 100 }).grids
    const two = {
      ...config,
      networks: { grid: { ...config.networks.grid!, low: [5, 1], high: [0, 1] } },
    }
    const step = nextStep(verdictOf('inconclusive', ['i']), grid, compared, two)
    expect(step?.reason).toMatch(/3 × 3 seeds, as fewer can decide nothing/)
    expect(step?.set).toEqual([
      'training.epochs=15ep',
      'networks.grid.low=[5,1,0]',
      'networks.grid.high=[0,1,2]',
    ])
  })

  it('asks for no seeds that the configuration has, where networks fell out', () => {
    const step = nextStep(verdictOf('inconclusive', ['i']), gridOf(0, 2), compared, config)
    expect(step).toEqual({
      reason: 'most networks have not begun to overfit: train twice as long',
      set: ['training.epochs=15ep'],
    })
  })

  it('is as many seeds as would decide, those that are there first', () => {
    const step = nextStep(verdictOf('inconclusive'), gridOf(0.4), compared, config)
    const sets = step?.set.join(' ') ?? ''
    expect(sets).toMatch(/^networks\.grid\.low=\[5,1,2,0(,\d)*\] networks\.grid\.high=\[0,1,2,3/)
    const [lows, highs] = [...sets.matchAll(/\[([\d,]+)\]/g)].map(([, list]) => list.split(','))
    expect(step?.reason).toContain(`${lows.length} × ${highs.length} seeds decide in`)
  })

  it('asks for low seeds, not for donors, where each has two of these', () => {
    const donors = { ...config.networks.grid!, donors: 2, regimes: ['trained-frozen'] }
    const study = simulateScores(
      { lows: 2, highs: 3, orders: 1, donors: 2, samples: 60, shares: simulated },
      stream(0, 'test', 'next step').at(),
    )
    const [grid] = compareNetworks(ofModel(study), { permutations: 199, bootstrap: 100 }).grids
    const step = nextStep(verdictOf('inconclusive'), grid, compared, {
      ...config,
      networks: { ...config.networks, grid: { ...donors, low: [5, 1] } },
    })
    // 4 × 4 low layers by high seeds are 2 low seeds of two donors each.
    expect(step?.set).toEqual(['networks.grid.high=[0,1,2,3]'])
    expect(step?.reason).toContain('2 × 4 seeds with 2 donors a low seed')
  })

  it('is no command where the grid has no shares', () => {
    const step = nextStep(verdictOf('inconclusive'), gridOf(0.4, 1), compared, config)
    expect(step).toMatchObject({ set: [], reason: expect.stringContaining('two low and two high') })
  })

  it('sets no seeds where the grid of the verdict is not that of the configuration', () => {
    const found = gridOf(0.4)
    const given = { ...found, grid: { ...found.grid, architecture: 'resnet18' } }
    const step = nextStep(verdictOf('inconclusive'), given, compared, config)
    expect(step?.set).toEqual([])
    expect(step?.reason).toMatch(/not those of networks\.grid/)
  })

  it('is both ends of the tie-break where the scores are known at one alone', () => {
    const one = { ...gridOf(0.4), otherEnd: undefined }
    const step = (analysis: object) =>
      nextStep(verdictOf('inconclusive'), one, compared, {
        ...config,
        analysis: { ...config.analysis, ...analysis },
      })
    expect(step({ tieBreak: 'none' })?.set).toEqual(['analysis.tieBreak=low'])
    expect(step({ solver: 'and' })).toMatchObject({
      reason: expect.stringMatching(/no number of seeds mends/),
      set: [],
    })
  })
})
