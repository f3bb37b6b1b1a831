/** Ids of networks against those of earlier versions: they must stay as they are. */
import { describe, expect, it } from 'vitest'
import { ticTacToeInfo } from '../testing/dataInfo.js'
import { parseConfig } from '../testing/parseConfig.js'
import { planStudy } from './plan.js'

function idsOf(networks: string): string[] {
  const yaml = `data: { source: tic-tac-toe }\nmodel: { architecture: mlp-5, low: 2 }\nnetworks:\n${networks}`
  const plan = planStudy(parseConfig(yaml, 'study.yaml'), ticTacToeInfo)
  return plan.networks.map(({ name, id }) => `${name} ${id}`)
}

/** An id that changes makes stored networks unreachable: users would train them all again. */
describe('ids of networks, frozen', () => {
  it.each(['init', 'frozen-random', 'trained-frozen', 'trained-warm', 'rewind@5ep', 'rewind@9it'])(
    'of the regime %s in a grid',
    (regime) => {
      expect(
        idsOf(`  grid: { low: [0], high: [1], repeats: 1, regimes: ["${regime}"] }`),
      ).toMatchSnapshot()
    },
  )

  it('of regimes, cuts and architectures together', () => {
    expect(
      idsOf(
        '  grid: { low: [0, 1], high: [0], repeats: 2, cuts: [1, 2], regimes: [init, trained-frozen], architectures: [resmlp-5] }',
      ),
    ).toMatchSnapshot()
  })

  it('of a list', () => {
    expect(
      idsOf(`  list:
    - { name: base, seed: 0 }
    - { name: twin, from: base }
    - { name: low-redrawn, from: base, rerandomize: low, seed: 1 }
    - { name: head-redrawn, from: base, rerandomize: [fc4, fc5], seed: 1 }
    - { name: random, from: base, rerandomize: high, seed: 1, regime: frozen-random }
    - { name: frozen, from: base, rerandomize: high, seed: 1, regime: trained-frozen }
    - { name: warm, from: base, rerandomize: high, seed: 1, regime: trained-warm }
    - { name: rewound, from: base, rerandomize: high, seed: 1, regime: rewind@9it }
    - { name: residual, from: base, architecture: resmlp-5 }`),
    ).toMatchSnapshot()
  })
})
