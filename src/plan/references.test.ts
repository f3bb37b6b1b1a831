/** Reference networks in plans: which are trained, what they cost, and that no other id changes. */
import { describe, expect, it } from 'vitest'
import { ticTacToeInfo } from '../testing/dataInfo.js'
import { parseConfig } from '../testing/parseConfig.js'
import { estimatePlan } from './estimate.js'
import { planStudy } from './plan.js'
import type { Plan } from './types.js'

/** The plan of a grid of 2 × 2 networks with these further lines. */
function planOf(more: string, grid = 'repeats: 1'): Plan {
  const yaml = `data: { source: tic-tac-toe }
model: { architecture: mlp-5, low: 2 }
networks: { grid: { low: [0, 1], high: [0, 1], ${grid} } }
${more}`
  return planStudy(parseConfig(yaml, 'study.yaml'), ticTacToeInfo)
}

const namesOf = (plan: Plan) =>
  plan.networks.filter(({ role }) => role === 'reference').map(({ name }) => name)
const idsOf = (plan: Plan, role: string) =>
  plan.networks.filter((network) => network.role === role).map(({ id }) => id)

const scored = 'confusing: { score: nongeneralizable }'

describe('references of a plan', () => {
  it('are trained once for each architecture, whatever the regimes and cuts', () => {
    const wide = planOf(scored, 'repeats: 2, cuts: [1, 2], regimes: [init, trained-frozen]')
    expect(namesOf(wide)).toEqual(['reference-1', 'reference-2', 'reference-3'])
    expect(idsOf(wide, 'reference')).toEqual(idsOf(planOf(scored), 'reference'))
    expect(namesOf(planOf(scored, 'repeats: 1, architectures: [resmlp-5]'))).toEqual([
      ...[1, 2, 3].map((index) => `mlp-5-reference-${index}`),
      ...[1, 2, 3].map((index) => `resmlp-5-reference-${index}`),
    ])
  })

  it('change no id but that of the study', () => {
    const [plain, with3] = [planOf(''), planOf(scored)]
    expect(idsOf(with3, 'analysed')).toEqual(idsOf(plain, 'analysed'))
    expect(with3.valuesId).toBe(plain.valuesId)
    expect(with3.interactionsId).toBe(plain.interactionsId)
    expect(with3.id).not.toBe(plain.id)
    expect(new Set([...idsOf(with3, 'analysed'), ...idsOf(with3, 'reference')]).size).toBe(7)
  })

  it('are the first of those of a study with more, and others for another seed', () => {
    const asked = (references: string) =>
      idsOf(planOf(`confusing: { references: ${references} }`), 'reference')
    expect(asked('{ networks: 5 }').slice(0, 3)).toEqual(asked('{}'))
    expect(asked('{ agree: all, sign: same, form: strength }')).toEqual(asked('{}'))
    const again = new Set([...asked('{}'), ...asked('{ seed: 1 }')])
    expect(again.size).toBe(6)
  })

  it('are evaluated at their end alone, on the samples that were chosen by the members', () => {
    const plan = planOf(`analysis: { samples: { filter: common-correct } }\n${scored}`)
    const [panel] = plan.tasks.filter(({ kind }) => kind === 'panel')
    expect(panel.needs).toEqual(idsOf(plan, 'analysed').map((id) => `train-${id}`))
    const [reference] = idsOf(plan, 'reference')
    const values = plan.tasks.find(({ id }) => id.startsWith(`values-${reference}`))
    expect(values?.needs).toEqual([`train-${reference}`, panel.id])
    const compare = plan.tasks.at(-1)
    expect(compare?.needs).toContain(`interactions-${reference}-${plan.interactionsId}`)
  })

  it('cost what they cost', () => {
    const [plain, with3] = [estimatePlan(planOf('')), estimatePlan(planOf(scored))]
    // 60 epochs of 288 samples in batches of 128; 250 samples and 2^9 masks at one checkpoint.
    expect(with3.trainingSteps - plain.trainingSteps).toBe(3 * 60 * (288 / 128))
    expect(with3.forwardPasses - plain.forwardPasses).toBe(3 * 250 * 2 ** 9)
    expect(with3.decompositions - plain.decompositions).toBe(3 * 250 * 2)
  })

  it('cannot go by the name of another network', () => {
    const yaml = `data: { source: tic-tac-toe }
model: { architecture: mlp-5, low: 2 }
networks: { list: [{ name: reference-1 }] }
${scored}`
    expect(() => planStudy(parseConfig(yaml, 'study.yaml'), ticTacToeInfo)).toThrow(
      /"reference-1" is given twice/,
    )
  })
})
