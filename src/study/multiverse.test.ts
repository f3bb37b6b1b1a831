/** The study's own choices among all combinations of choices: they give its own scores. */
import { expect, it } from 'vitest'
import { configOf } from '../testing/configOf.js'
import { madeCheckpoint } from '../testing/madeCheckpoint.js'
import { alternativeScores } from './multiverse.js'
import { analyseNetwork, scoredCheckpoints } from './network.js'

/** Two checkpoints whose samples cancel to different degrees: of interactions 1 and −c, c grows unevenly. */
const checkpoints = [
  madeCheckpoint(
    [0.2, 0.4, 0.6, 0.8].map((c) => [0, 1, -c, 0]),
    { step: 10 },
  ),
  madeCheckpoint(
    [0.9, 0.3, 0.8, 0.7].map((c) => [0, 1, -c, 0]),
    { step: 100 },
  ),
]
const [first] = checkpoints

it.each(['end', 'delta'] as const)('the own choice is the study’s own score, phase %s', (phase) => {
  const config = configOf(
    {
      data: { source: 'tic-tac-toe' },
      model: { architecture: 'mlp-5' },
      confusing: { score: 'cancellation', phase },
    },
    'test',
  )
  const analysis = analyseNetwork({ network: { id: 'n' }, curve: [], checkpoints }, config)
  const scored = scoredCheckpoints(checkpoints, analysis.phases, config)
  const found = alternativeScores([{ players: 'main', baseline: 'mean', scored }], config)
  const own = found.filter((one) => one.own)
  expect(own).toHaveLength(1)
  expect(own[0]).toMatchObject({ score: 'cancellation', tau: 1 })
  expect([...own[0].scores]).toEqual([...analysis.scores])
  // Growth differs from the end where the first checkpoint scored at all.
  expect(scored.includes(first)).toBe(phase === 'delta')
})
