/** The settings that bring about a suggested design against that design. */
import { describe, expect, it } from 'vitest'
import { configOf } from '../testing/configOf.js'
import { designSettings, withDesign } from './designs.js'

const sizes = { lows: 3, highs: 2, orders: 1, repeats: 0 }

describe('the settings of a design', () => {
  it.each([
    [{ count: 20 }, ['count=30']],
    [{ first: 20 }, ['first=30', 'count=30']],
    [{ first: 20, count: 20 }, ['first=30', 'count=30']],
    [{ ids: [5, 3, 8] }, ['ids=null', 'count=30']],
    [{ ids: [5, 3, 8], count: 3 }, ['ids=null', 'count=30']],
  ])('give the configuration that was judged, however its samples are said: %j', (samples, set) => {
    const written = {
      data: { source: 'tic-tac-toe' },
      model: { architecture: 'mlp-5' },
      networks: { grid: { low: [0, 7], high: [0, 1], repeats: 1 } },
      analysis: { samples },
    }
    const config = configOf(written, 'test')
    const settings = designSettings(config, { ...sizes, samples: 30 })
    expect(settings).toEqual([
      'networks.grid.low=[0,7,1]',
      ...set.map((one) => `analysis.samples.${one}`),
    ])
    const asked = configOf(written, 'test', settings)
    expect(asked).toEqual(withDesign(config, { ...sizes, samples: 30 }))
    // The samples that the study has need no setting.
    const { count } = config.analysis.samples
    expect(designSettings(config, { ...sizes, samples: count })).toHaveLength(1)
  })
})
