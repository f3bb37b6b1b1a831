/** Networks whose t* is next to the end, of which no score can grow. */
import { expect, it } from 'vitest'
import { growthWarnings } from './growthWarnings.js'

/** A network with checkpoints of steps 0, 10 and 100 whose overfitting begins at a step, or never. */
function network(name: string, boundary: number | undefined) {
  const checkpoints = [0, 10, 100].map((step) => ({ step }))
  return {
    network: { name },
    checkpoints,
    phases: { boundary: boundary === undefined ? undefined : { step: boundary, epoch: boundary } },
  } as never
}

it('are told of by name where growth is asked for', () => {
  const analyses = [network('late', 70), network('early', 12), network('never', undefined)]
  const asked = (phase: 'end' | 'delta') =>
    growthWarnings(analyses, { confusing: { phase } } as never)
  expect(asked('delta')).toEqual([expect.stringMatching(/^of late the last analysed checkpoint/)])
  expect(asked('end')).toEqual([])
})
