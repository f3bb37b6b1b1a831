/** Warnings of studies whose design cannot give a verdict, and of networks from elsewhere that do not fit in. */
import { describe, expect, it } from 'vitest'
import { givenNetwork } from '../config/networks.js'
import { configOf } from '../testing/configOf.js'
import { ticTacToeInfo } from '../testing/dataInfo.js'
import { oddsWarnings } from './designOdds.js'
import { designWarnings, plannedGrids } from './designWarnings.js'
import { planStudy } from './plan.js'

function planOf(grid: object) {
  const config = configOf(
    { data: { source: 'tic-tac-toe' }, model: { architecture: 'mlp-5' }, networks: { grid } },
    'test',
  )
  return planStudy(config, ticTacToeInfo)
}
const sizesOf = (grid: object) =>
  plannedGrids(planOf(grid)).map(({ sizes: { lows, highs, donors } }) => [lows, highs, donors])

it('donors within a low seed are low layers of their own', () => {
  const grid = { low: [0, 1], high: [0, 1, 2], repeats: 1, regimes: ['trained-frozen'] }
  expect(sizesOf(grid)).toEqual([[2, 3, 1]])
  expect(designWarnings(planOf(grid))).toContainEqual(expect.stringMatching(/2 × 3 seeds cannot/))
  const crossed = { ...grid, donors: 2 }
  expect(sizesOf(crossed)).toEqual([[2, 3, 2]])
  expect(designWarnings(planOf(crossed))).not.toContainEqual(expect.stringMatching(/cannot decide/))
})

it('sets that are too small to overlap are told of where networks are compared', () => {
  const few = (grid: object) => {
    const plan = planOf(grid)
    const { config } = plan
    const samples = { ...config.analysis.samples, count: 10 }
    const analysis = { ...config.analysis, samples }
    return designWarnings({ ...plan, config: { ...config, analysis } })
  }
  const warning = expect.stringMatching(/^sets of 1 of 10 samples overlap all or not at all/)
  expect(few({ low: [0], high: [0, 1], repeats: 1 })).toContainEqual(warning)
  expect(few({ low: [0], high: [0], repeats: 1 })).toEqual([])
})

it('the grid of the verdict comes first: initial weights, and never a mirror', () => {
  const regimes = ['trained-frozen-high', 'trained-frozen', 'init']
  const grid = { low: [0, 1, 2], high: [0, 1], repeats: 1, donors: 2, regimes }
  expect(sizesOf(grid)).toEqual([
    [3, 2, 1],
    [3, 2, 2],
  ])
})

describe('networks from elsewhere', () => {
  /** A study of tables of values with these seeds; each has its own file unless one is named. */
  const given = (...seeds: [low: number, high: number, order?: number, file?: string][]) => {
    const files = seeds.map(([low, high, order = 0, file], index) => {
      const id = file ?? `n${index}`
      const entry = givenNetwork.parse({ name: `n${index}`, values: `${id}.npy`, low, high, order })
      return { entry, checkpoints: [{ step: 0, file: `${id}.npy`, id }], stepsPerEpoch: 1 }
    })
    const networks = { files: files.map(({ entry }) => entry) }
    const config = configOf({ data: { source: 'tic-tac-toe' }, networks }, 'test')
    return planStudy(config, { ...ticTacToeInfo, given: files })
  }
  const crossed = (lows: number, highs: number) =>
    Array.from({ length: lows * highs }, (_, i): [number, number] => [i % lows, (i / lows) | 0])

  it('are others where their outputs are taken for other values', () => {
    const readBy = (output: string) => {
      const entry = givenNetwork.parse({ name: 'a', path: 'a.onnx' })
      const analysis = { output }
      const config = configOf(
        { data: { source: 'tic-tac-toe' }, networks: { files: [entry] }, analysis },
        'test',
      )
      const checkpoints = [{ step: 0, file: 'a.onnx', id: 'a' }]
      return planStudy(config, {
        ...ticTacToeInfo,
        given: [{ entry, checkpoints, stepsPerEpoch: 1 }],
      }).networks[0].id
    }
    // As the graph ends, as logits, and as probabilities.
    expect(readBy('log-odds')).toBe(readBy('log-odds-v0'))
    expect(readBy('logit')).toBe(readBy('binary'))
    expect(new Set(['log-odds', 'logit', 'prob-log-odds'].map(readBy)).size).toBe(3)
  })

  it('that lack a checkpoint that all others have are told of, but not those with others of their own', () => {
    const warned = (...steps: number[][]) => {
      const files = steps.map((own, index) => {
        const entry = givenNetwork.parse({ name: `n${index}`, path: `n${index}/{step}.onnx` })
        const checkpoints = own.map((step) => ({
          step,
          file: `${index}-${step}`,
          id: `${index}-${step}`,
        }))
        return { entry, checkpoints, stepsPerEpoch: 1 }
      })
      const networks = { files: files.map(({ entry }) => entry) }
      const config = configOf({ data: { source: 'tic-tac-toe' }, networks }, 'test')
      const warnings = designWarnings(planStudy(config, { ...ticTacToeInfo, given: files }))
      return warnings.filter((line) => line.includes('are missing here'))
    }
    const whole = [0, 1, 4, 9]
    expect(warned(whole, whole, whole)).toEqual([])
    expect(warned(whole, [0, 1, 9], whole)).toEqual([
      expect.stringMatching(/: n1 \(4\); give them/),
    ])
    // Two lack it, one alone has it, or it lies after the end.
    expect(warned(whole, [0, 1, 9], [0, 1, 9])).toEqual([])
    expect(warned(whole, [0, 1, 9])).toEqual([])
    expect(warned(whole, [0, 1, 4], whole)).toEqual([])
  })

  it('count as the part of their grid that has no gaps', () => {
    const whole = crossed(4, 3)
    const [{ sizes }] = plannedGrids(given(...whole))
    expect(sizes).toMatchObject({ lows: 4, highs: 3, orders: 1, repeats: 0 })
    expect(designWarnings(given(...whole))).toEqual([])
    const gaps = given(...whole.slice(0, -2))
    expect(plannedGrids(gaps)[0].sizes).toMatchObject({ lows: 4, highs: 2 })
    expect(designWarnings(gaps).join()).toMatch(/leave out 2 of 10 .*4 × 2 of 4 × 3 used/)
    // Tests take all networks, of which there are enough; shares those of two seeds on a side.
    const holes = given(...crossed(4, 4).filter(([low, high]) => low !== high))
    const said = designWarnings(holes).join()
    expect(said).toMatch(
      /shares are of the 2 × 2 seeds without gaps alone, .* nothing can be decided/,
    )
    expect(said).not.toMatch(/no p below/)
    // A hole more in two seeds by two, of which one relabelling is left.
    expect(designWarnings(given(...crossed(2, 2).slice(1))).join()).toMatch(
      /a grid of 2 × 2 seeds with gaps cannot decide anything: its permutation test gives no p below 0\.5/,
    )
    // Nothing is left to cross, so that no odds are given.
    const diagonal = given([0, 0], [1, 1], [2, 2])
    expect(plannedGrids(diagonal)[0].sizes).toMatchObject({ lows: 1, highs: 1 })
    expect(oddsWarnings(diagonal)).toEqual([])
  })

  it('have order seeds of every cell, or of some', () => {
    const whole = crossed(2, 2)
    const twice = [...whole, ...whole.map(([l, h]): [number, number, number] => [l, h, 1])]
    expect(plannedGrids(given(...twice))[0].sizes).toMatchObject({ orders: 2, repeats: 0 })
    const some = given(...whole, [0, 0, 1], [0, 0, 2], [1, 1, 1], [1, 1, 2])
    expect(plannedGrids(some)[0].sizes).toMatchObject({ orders: 1, repeats: 2 })
  })

  it('are told of where two have the same seeds', () => {
    const warnings = designWarnings(given(...crossed(3, 3), [1, 2], [1, 2]))
    expect(warnings).toEqual([
      expect.stringMatching(
        /same seeds \(low 1, high 2, order 0\).* "n7" and leave out "n9", "n10"/,
      ),
    ])
    expect(
      designWarnings(given([0, 0, 0, 'a'], [0, 0, 0, 'a'], [0, 1], [1, 0], [1, 1])).join(),
    ).not.toMatch(/same seeds/)
  })

  it('are told of where the same bytes have two order seeds', () => {
    const plan = given(...crossed(2, 3), [0, 0, 1, 'n0'], [1, 0, 1])
    expect(designWarnings(plan).filter((line) => line.includes('same bytes'))).toEqual([
      expect.stringMatching(/^"n0", "n6" have the same bytes, but other order seeds/),
    ])
  })

  it('are refused where the same bytes are said to have two seeds', () => {
    expect(() => given([0, 0, 0, 'a'], [1, 0, 0, 'a'])).toThrow(
      /"n0" \(a.npy; low 0, high 0\) and "n1" \(a.npy; low 1, high 0\) .*same bytes/,
    )
  })
})
