import { expect, it } from 'vitest'
import { configOf } from '../testing/configOf.js'
import { ticTacToeInfo } from '../testing/dataInfo.js'
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
  plannedGrids(planOf(grid)).map(({ lows, highs, donors }) => [lows, highs, donors])

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
