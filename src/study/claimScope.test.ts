/** What a study is said to ask beside the claim, by its score and regimes. */
import { expect, it } from 'vitest'
import { configOf } from '../testing/configOf.js'
import { claimScope } from './claimScope.js'

const scopeOf = (score: string, ...regimes: string[]) => {
  const document = { data: { source: 'tic-tac-toe' }, model: { architecture: 'mlp-5' } }
  const config = configOf({ ...document, confusing: { score } }, 'test')
  // Donors are of the regime init whatever is asked.
  const donor = { regime: 'init', role: 'donor' as const }
  const members = regimes.map((regime) => ({ regime, role: 'analysed' as const }))
  return claimScope(config, [donor, ...members])
}

it('says what the claim asks and a study does not', () => {
  expect(scopeOf('nongeneralizable', 'init', 'trained-frozen')).toEqual([])
  expect(scopeOf('cancellation', 'init')).toEqual([
    expect.stringMatching(/^the score cancellation is ours/),
  ])
  expect(scopeOf('nongeneralizable', 'trained-frozen', 'frozen-random')).toEqual([
    expect.stringMatching(
      /\(regime init\); this study asks another question \(trained-frozen, frozen-random\)$/,
    ),
  ])
  // By another name, but not by the authors' definition.
  expect(scopeOf('nongeneralizable-mass', 'init')).toHaveLength(1)
})
