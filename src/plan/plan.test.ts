/** Plans of studies: their networks and seeds, ids, order of tasks and costs. */
import { serialize } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { ticTacToeInfo } from '../testing/dataInfo.js'
import { parseConfig } from '../testing/parseConfig.js'
import { estimatePlan } from './estimate.js'
import { partOf } from './partOf.js'
import { planStudy } from './plan.js'
import type { DataInfo, Plan, TrainedNetwork } from './types.js'

function planOf(rest: string, more: Partial<DataInfo> = {}) {
  const yaml = `data: { source: tic-tac-toe }\nmodel: { architecture: mlp-5, low: 2 }\n${rest}`
  const plan = planStudy(parseConfig(yaml, 'study.yaml'), { ...ticTacToeInfo, ...more })
  return { ...plan, networks: plan.networks as readonly TrainedNetwork[] }
}

const listYaml = `
networks:
  list:
    - { name: base, seed: 0 }
    - { name: low-redrawn, from: base, rerandomize: low, seed: 1 }
    - { name: head-redrawn, from: base, rerandomize: [fc4, fc5], seed: 1 }
    - { name: all-redrawn, from: base, rerandomize: all, seed: 1 }
`

it('a process is sent no more than its task needs: its network, and the donor of its weights', () => {
  const few = planOf(listYaml)
  const sent = (plan: Plan) => plan.tasks.map((task) => serialize(partOf(plan, task)).length)
  const grid = (side: number) => {
    const seeds = JSON.stringify(Array.from({ length: side }, (_, seed) => seed))
    return planOf(`networks: { grid: { low: ${seeds}, high: ${seeds}, repeats: 1 } }`)
  }
  const [small, large] = [grid(2), grid(20)].map((plan) => Math.max(...sent(plan).slice(0, -1)))
  expect(large).toBeLessThan(1.5 * small)
  expect(few.tasks.at(-1)?.kind).toBe('compare')
  expect(partOf(few, few.tasks.at(-1)!)).toBe(few)
  const heirs = planOf(
    'networks: { grid: { low: [0, 1], high: [0, 1], repeats: 1, regimes: [trained-frozen] } }',
  )
  for (const task of heirs.tasks) {
    if (task.kind !== 'train' || task.network.role === 'donor') continue
    const { networks } = partOf(heirs, task)
    expect(networks.map(({ role }) => role)).toEqual(['donor', 'analysed'])
    expect(networks[0].id).toBe(task.network.spec.inherits?.network)
  }
})

describe('planStudy', () => {
  it('has frozen ids: a change here makes every stored result unreachable', () => {
    const plan = planOf('networks: { grid: { low: [0, 1], high: [0], repeats: 1 } }')
    expect(plan.networks.map(({ name, id }) => [name, id])).toMatchInlineSnapshot(`
      [
        [
          "low0-high0-order0",
          "e9af1a0ba1ca4f03",
        ],
        [
          "low1-high0-order0",
          "cb0cdf1a9567091f",
        ],
      ]
    `)
    expect([plan.id, plan.valuesId, plan.interactionsId]).toMatchInlineSnapshot(`
      [
        "cb1655d9bf940d11",
        "035ae11b",
        "2704cd35",
      ]
    `)
  })

  it('crosses the grid and repeats the diagonal with new order seeds', () => {
    const plan = planOf('networks: { grid: { low: [0, 1], high: [5, 6], repeats: 2 } }')
    expect(plan.networks.map(({ seeds }) => `${seeds.low}/${seeds.high}/${seeds.order}`)).toEqual([
      '0/5/0',
      '0/6/0',
      '1/5/0',
      '1/6/0',
      '0/5/1',
      '1/6/1',
    ])
  })

  it('draws low blocks from the low seed and high blocks from the high seed', () => {
    const plan = planOf('networks: { grid: { low: [7], high: [9], repeats: 1 } }')
    expect(plan.networks[0].spec.initSeeds).toEqual({ fc1: 7, fc2: 7, fc3: 9, fc4: 9, fc5: 9 })
  })

  it('redraws the layers that a listed network names and keeps the others', () => {
    const [base, low, head, all] = planOf(listYaml).networks
    expect(base.spec.initSeeds).toEqual({ fc1: 0, fc2: 0, fc3: 0, fc4: 0, fc5: 0 })
    expect(low.spec.initSeeds).toEqual({ fc1: 1, fc2: 1, fc3: 0, fc4: 0, fc5: 0 })
    expect(head.spec.initSeeds).toEqual({ fc1: 0, fc2: 0, fc3: 0, fc4: 1, fc5: 1 })
    expect(all.spec.initSeeds).toEqual({ fc1: 1, fc2: 1, fc3: 1, fc4: 1, fc5: 1 })
    expect(low.from).toBe(base.id)
    expect(low.seeds).toEqual({ low: 1, high: 0, order: 0 })
    expect(head.seeds).toEqual({ low: 0, high: 1, order: 0 })
  })

  it('takes seeds from networks that were redrawn themselves, block by block', () => {
    const [, low, both, other, own] = planOf(`
networks:
  list:
    - { name: base, seed: 0 }
    - { name: low, from: base, rerandomize: low, seed: 1 }
    - { name: both, from: low, rerandomize: [fc5], seed: 2 }
    - { name: other, from: low, architecture: resmlp-5 }
    - { name: own, from: low, seeds: { low: 7 } }`).networks
    expect(both.spec.initSeeds).toEqual({ fc1: 1, fc2: 1, fc3: 0, fc4: 0, fc5: 2 })
    expect(both.seeds).toEqual({ low: 1, high: 2, order: 0 })
    expect(other.spec.initSeeds).toEqual(low.spec.initSeeds)
    expect(other.seeds).toEqual(low.seeds)
    expect(own.spec.initSeeds).toEqual({ fc1: 7, fc2: 7, fc3: 0, fc4: 0, fc5: 0 })
  })

  it('draws redrawn layers from the seed of their side, where that is given', () => {
    const [, low, all] = planOf(`
networks:
  list:
    - { name: base, seed: 0 }
    - { name: low, from: base, rerandomize: low, seeds: { low: 3 } }
    - { name: all, from: base, rerandomize: all, seed: 5, seeds: { high: 4 } }`).networks
    expect(low.spec.initSeeds).toEqual({ fc1: 3, fc2: 3, fc3: 0, fc4: 0, fc5: 0 })
    expect(low.seeds).toEqual({ low: 3, high: 0, order: 0 })
    expect(all.spec.initSeeds).toEqual({ fc1: 5, fc2: 5, fc3: 4, fc4: 4, fc5: 4 })
    expect(all.seeds).toEqual({ low: 5, high: 4, order: 0 })
  })

  it('gives equal networks equal ids, however they are described', () => {
    const [, low] = planOf(listYaml).networks
    const grid = planOf('networks: { grid: { low: [1], high: [0], repeats: 1 } }').networks[0]
    expect(low.id).toBe(grid.id)
  })

  it('shares networks between cuts: the cut does not change a network whose seeds agree', () => {
    const at = (cut: number) =>
      planOf(`networks: { grid: { low: [3], high: [3], repeats: 1, cuts: [${cut}] } }`).networks[0]
        .id
    expect(at(1)).toBe(at(4))
  })

  it('never lets runtime into ids, and lets everything else in', () => {
    const plain = planOf('')
    expect(planOf('runtime: { jobs: 7, device: cpu }').id).toBe(plain.id)
    expect(planOf('analysis: { noise: 0.02 }').interactionsId).not.toBe(plain.interactionsId)
    expect(planOf('analysis: { noise: 0.02 }').valuesId).toBe(plain.valuesId)
    expect(planOf('analysis: { baseline: zero }').valuesId).not.toBe(plain.valuesId)
    expect(planOf('training: { epochs: 3 }').networks[0].id).not.toBe(plain.networks[0].id)
  })

  it('lets the content of files that players and baseline come from into ids', () => {
    const config = 'analysis: { baseline: { file: s.json } }'
    const at = (content: string) => planOf(config, { analysisFiles: { 's.json': content } })
    expect(at('a').valuesId).toBe(at('a').valuesId)
    expect(at('a').valuesId).not.toBe(at('b').valuesId)
    expect(at('a').id).not.toBe(at('b').id)
  })

  it('lets heirs of trained layers wait for a donor that nobody analyses', () => {
    const plan = planOf(
      'networks: { grid: { low: [0, 1], high: [0, 1], repeats: 1, regimes: [trained-frozen] } }',
    )
    const donors = plan.networks.filter(({ role }) => role === 'donor')
    expect(donors.map(({ seeds }) => seeds.low)).toEqual([0, 1])
    const heir = plan.networks.find(({ name }) => name === 'low1-high0-order0')!
    expect(heir.spec.inherits).toMatchObject({ network: donors[1].id, blocks: ['fc1', 'fc2'] })
    expect(heir.spec.frozenBlocks).toEqual(['fc1', 'fc2'])
    expect(heir.rerandomized).toEqual(['fc3', 'fc4', 'fc5'])
    const train = plan.tasks.find(({ id }) => id === `train-${heir.id}`)!
    expect(train.needs).toEqual([`train-${donors[1].id}`])
    const analysed = plan.tasks.filter(({ kind }) => kind === 'values')
    expect(analysed).toHaveLength(4)
  })

  it('mirrors a regime: a donor for each high seed lends its high layers', () => {
    const plan = planOf(
      'networks: { grid: { low: [0, 1], high: [2, 3], repeats: 1, regimes: [trained-frozen-high] } }',
    )
    const donors = plan.networks.filter(({ role }) => role === 'donor')
    expect(donors.map(({ seeds }) => seeds.high)).toEqual([2, 3])
    const heir = plan.networks.find(({ name }) => name === 'low1-high3-order0') as TrainedNetwork
    expect(heir.spec.inherits).toMatchObject({
      network: donors[1].id,
      blocks: ['fc3', 'fc4', 'fc5'],
    })
    expect(heir.spec.frozenBlocks).toEqual(['fc3', 'fc4', 'fc5'])
    expect(heir.spec.initSeeds).toMatchObject({ fc1: 1, fc2: 1 })
    expect(heir.rerandomized).toEqual(['fc1', 'fc2'])
  })

  it('crosses donors within low seeds, the first as without others', () => {
    const grid = (donors: string) =>
      planOf(
        `networks: { grid: { low: [0, 1], high: [0, 1], repeats: 1, regimes: [trained-frozen]${donors} } }`,
      ).networks
    const [one, two] = [grid(''), grid(', donors: 2')]
    expect(two.map(({ id }) => id)).toEqual(expect.arrayContaining(one.map(({ id }) => id)))
    const donors = two.filter(({ role }) => role === 'donor')
    expect(donors.map(({ seeds }) => seeds.low)).toEqual([0, 0, 1, 1])
    expect(new Set(donors.map(({ seeds }) => seeds.high)).size).toBe(4)
    expect(new Set(donors.map(({ seeds }) => seeds.order)).size).toBe(4)
    expect(two.filter(({ role }) => role === 'analysed')).toHaveLength(8)
    const at = (name: string) => two.find((network) => network.name === name) as TrainedNetwork
    expect(at('donor2-low1-high0-order0').spec.inherits?.network).toBe(at('donor2-low1').id)
    expect(at('low1-high0-order0').spec.inherits?.network).toBe(at('donor-low1').id)
  })

  it('keeps the checkpoint that a rewinding network starts from', () => {
    const plan = planOf(
      'networks: { grid: { low: [0], high: [0], repeats: 1, regimes: ["rewind@7it"] } }',
    )
    const [donor, heir] = plan.networks
    expect(donor.spec.checkpointSteps).toContain(7)
    expect(heir.spec.inherits?.step).toBe(7)
    expect(heir.spec.frozenBlocks).toEqual([])
  })

  it('tells players apart by the order of their groups, which says what each bit of a mask is', () => {
    const valuesOf = (groups: string) =>
      planOf(`analysis: { players: { count: 2, layout: features, groups: { ${groups} } } }`)
        .valuesId
    expect(valuesOf('a: [0, 1], b: [2]')).toBe(valuesOf('a: [0, 1], b: [2]'))
    expect(valuesOf('a: [0, 1], b: [2]')).not.toBe(valuesOf('b: [2], a: [0, 1]'))
  })

  it('tells players apart by the order of the inputs that they are of', () => {
    const valuesOf = (inputs: string) =>
      planOf(`analysis: { players: { count: 4, inputs: { ${inputs} } } }`).valuesId
    expect(valuesOf('a: [0], b: all')).toBe(valuesOf('a: [0], b: all'))
    expect(valuesOf('a: [0], b: all')).not.toBe(valuesOf('b: all, a: [0]'))
  })

  it('puts every task after what it needs', () => {
    const seen = new Set<string>()
    for (const task of planOf('analysis: { samples: { filter: common-correct } }').tasks) {
      for (const need of task.needs) expect(seen).toContain(need)
      seen.add(task.id)
    }
  })

  it('lets a network whose samples depend on it alone wait for no other', () => {
    const networks = 'networks: { grid: { low: [0, 1], high: [0], repeats: 1 } }'
    const filtered = (filter: string) => {
      const { tasks } = planOf(`${networks}\nanalysis: { samples: { filter: ${filter} } }`)
      const before = (id: string): string[] =>
        tasks.find((task) => task.id === id)!.needs.flatMap((need) => [need, ...before(need)])
      return tasks
        .filter(({ kind }) => kind === 'values')
        .map(({ id }) => new Set(before(id).filter((need) => need.startsWith('train-'))).size)
    }
    const idsOf = (seeds: string) =>
      planOf(
        `networks: { grid: { low: ${seeds}, high: [0], repeats: 1 } }\nanalysis: { samples: { filter: correct } }`,
      ).valuesId
    expect(idsOf('[0, 1, 2]')).toBe(idsOf('[0, 1]'))
    expect(filtered('none')).toEqual([1, 1])
    expect(filtered('correct')).toEqual([1, 1])
    expect(filtered('common-correct')).toEqual([2, 2])
  })

  it('refuses to redraw low layers that the regime takes from a trained network', () => {
    for (const layers of ['low', 'all', '[fc2]']) {
      const list = `networks: { list: [{ name: a }, { name: b, from: a, rerandomize: ${layers}, regime: trained-frozen, seed: 1 }] }`
      expect(() => planOf(list)).toThrow(/"b".*trained-frozen.*fc2/)
    }
  })

  it('refuses other architectures whose low layers are not those of the grid', () => {
    const withArchitectures = (low: number) =>
      planOf(
        `networks: { grid: { low: [0], high: [0], repeats: 1, cuts: [${low}], architectures: [resmlp-5] } }`,
      )
    expect(withArchitectures(2).networks.map(({ lowShapes }) => lowShapes)).toEqual(
      Array(2).fill('fc1.bias 100, fc1.weight 100×9, fc2.bias 100, fc2.weight 100×100'),
    )
    const digits: DataInfo = { ...ticTacToeInfo, kind: 'image', shape: [1, 28, 28], classes: 10 }
    const yaml = `data: { source: glyphs }
model: { architecture: lenet, low: 2 }
networks: { grid: { low: [0], high: [0], repeats: 1, architectures: [mlp-5] } }`
    expect(() => planStudy(parseConfig(yaml, 's.yaml'), digits)).toThrow(
      /mlp-5 has other low layers than lenet: .*fc1.*conv1/,
    )
  })

  it('refuses an output of probabilities, which the networks that it trains do not give', () => {
    expect(() => planOf('analysis: { output: prob-log-odds-v0 }')).toThrow(
      /analysis\.output: "prob-log-odds-v0" .* use log-odds-v0/,
    )
  })

  it('refuses listed times at which no checkpoint is kept, before anything is trained', () => {
    const yaml = (times: string) => `
training: { epochs: 4, batchSize: 670, checkpoints: { steps: [0, 2] } }
networks: { grid: { low: [0], high: [0], repeats: 1 } }
analysis: { checkpoints: ${times} }`
    expect(() => planOf(yaml('[2ep, 3it]'))).toThrow(
      /analysis\.checkpoints: .*step 3; there are 0, 2, 4\..*training\.checkpoints: \{ steps: \[2, 3, 4\] \}/,
    )
    expect(() => planOf(yaml('[9]'))).toThrow(/step 9; there are 0, 2, 4\./)
    expect(planOf(yaml('[0, 2ep]')).networks[0].spec.checkpointSteps).toEqual([0, 2, 4])
  })

  it('refuses more analysed samples than the split has, before anything is trained', () => {
    const few = { trainCount: 42, testCount: 18 }
    expect(() => planOf('analysis: { samples: { count: 43 } }', few)).toThrow(
      /analysis\.samples\.count: 43 .* 42 .*train/,
    )
    expect(() => planOf('analysis: { samples: { count: 19, split: test } }', few)).toThrow(
      /19 .* 18 .*test/,
    )
    planOf('analysis: { samples: { count: 42 } }', few)
  })

  it('names layers and depths that do not exist', () => {
    const redrawn = 'networks: { list: [{ name: a }, { name: b, from: a, rerandomize: [fc9] }] }'
    expect(() => planOf(redrawn)).toThrow(/no layer "fc9" \(did you mean/)
    const deep = 'data: { source: tic-tac-toe }\nmodel: { architecture: mlp-5, low: 5 }'
    expect(() => planStudy(parseConfig(deep, 's.yaml'), ticTacToeInfo)).toThrow(
      /deeper than the network/,
    )
  })
})

describe('estimatePlan', () => {
  it('counts passes as samples × checkpoints × 2^n over networks', () => {
    const estimate = estimatePlan(
      planOf(`
training: { checkpoints: { logSpaced: 4 } }
networks: { grid: { low: [0, 1], high: [0], repeats: 1 } }
analysis: { samples: { count: 10, testCount: 5 }, players: { count: 4 } }
confusing: { reliability: { baseline: true } }`),
    )
    expect(estimate.forwardPasses).toBe(2 * 15 * (4 + 1) * 2 ** 4)
    expect(estimate.decompositions).toBe(2 * 15 * (4 + 1) + 2 * 15)
  })
})
