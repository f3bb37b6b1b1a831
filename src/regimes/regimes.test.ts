/** Every regime against what it promises: its name, its mirror, what is frozen and which step a donor lends. */
import { describe, expect, it } from 'vitest'
import { regime } from '../config/networks.js'
import { mirrorOf, regimeOf, regimes } from './registry.js'

const length = { batchSize: 10, stepsPerEpoch: 20, totalSteps: 400 }

describe('regimes', () => {
  it('have distinct names, all of which a configuration may say', () => {
    expect(new Set(regimes.map(({ name }) => name)).size).toBe(regimes.length)
    for (const { name, timed } of regimes) {
      const text = timed ? `${name}@5ep` : name
      expect(regime.parse(text)).toBe(text)
      expect(() => regimeOf(text)).not.toThrow()
      const wrong = timed ? name : `${name}@5ep`
      expect(regime.safeParse(wrong).success).toBe(false)
      expect(() => regimeOf(wrong)).toThrow(/there is no regime/)
    }
  })

  it.each([
    ['init', false, undefined],
    ['frozen-random', true, undefined],
    ['trained-frozen', true, 400],
    ['trained-warm', false, 400],
    ['rewind@5ep', false, 100],
    ['rewind@7it', false, 7],
    ['frozen-random-high', true, undefined],
    ['trained-frozen-high', true, 400],
    ['trained-warm-high', false, 400],
    ['rewind-high@5ep', false, 100],
  ])('%s: frozen %s, donor step %s', (text, frozen, step) => {
    const { freezes, donorStep } = regimeOf(text)
    expect(freezes).toBe(frozen)
    expect(donorStep?.(length)).toBe(step)
  })

  it('share the other side in a mirror, and know whose mirror they are', () => {
    expect(regimeOf('trained-frozen')).toMatchObject({
      side: 'low',
      shared: 'low layers that were trained elsewhere and then frozen',
    })
    expect(regimeOf('trained-frozen-high')).toMatchObject({
      side: 'high',
      shared: 'high layers that were trained elsewhere and then frozen',
    })
    const texts = ['rewind-high@5ep', 'frozen-random-high', 'init', 'trained-warm']
    expect(texts.map(mirrorOf)).toEqual(['rewind@5ep', 'frozen-random', undefined, undefined])
  })

  it('cannot rewind to after the end', () => {
    expect(() => regimeOf('rewind@21ep').donorStep?.(length)).toThrow(/step 420 .* \(400 steps\)/)
  })
})
