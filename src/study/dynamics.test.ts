/** The course of samples through training (learnt, forgotten, wavering) against courses worked out by hand. */
import { describe, expect, it } from 'vitest'
import { courseOf, difficultyRows, unknownDifficulty } from './dynamics.js'
import type { TrainingDynamics } from './types.js'

/** One sample of class 1, with the class that was predicted and p_y at each step. */
function dynamics(
  steps: readonly number[],
  predictions: readonly number[],
  probabilities: readonly number[],
): TrainingDynamics {
  const zeros = () => new Float64Array(steps.length)
  return {
    step: Int32Array.from(steps),
    sample: Int32Array.of(17),
    givenLabel: Int32Array.of(1),
    prediction: Int32Array.from(predictions),
    loss: Float64Array.from(probabilities, (p) => -Math.log(p)),
    margin: zeros(),
    probability: Float64Array.from(probabilities),
    el2n: zeros(),
    grand: zeros().fill(Number.NaN),
  }
}

describe('the course of a sample', () => {
  const course = courseOf(
    dynamics(
      [0, 10, 20, 30, 40, 50, 60],
      [1, 0, 1, 0, 0, 1, 0],
      [0.9, 0.2, 0.6, 0.1, 0.2, 0.7, 0.3],
    ),
    0,
  )

  it('counts what was right at one checkpoint and wrong at the next, from the first trained one on', () => {
    expect(course.map(({ forgetting }) => forgetting)).toEqual([0, 0, 0, 1, 1, 1, 2])
    expect(course.map(({ learned }) => learned)).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
      true,
    ])
  })

  it('has the spread of p_y over the trained checkpoints so far', () => {
    expect(course.slice(0, 2).map(({ variability }) => variability)).toEqual([undefined, undefined])
    expect(course[2].variability).toBeCloseTo(0.2, 12)
    // 0.2, 0.6, 0.1: mean 0.3, squares 0.01 + 0.09 + 0.04
    expect(course[3].variability).toBeCloseTo(Math.sqrt(0.14 / 3), 12)
    // All six: mean 0.35, squares 0.0225 + 0.0625 + 0.0625 + 0.0225 + 0.1225 + 0.0025
    expect(course[6].variability).toBeCloseTo(Math.sqrt(0.295 / 6), 12)
  })

  it('leaves a last layer that is not known empty', () => {
    expect(course[6].grand).toBeUndefined()
  })
})

it('a sample that is never learnt is never forgotten, and not learned', () => {
  const [, , end] = courseOf(dynamics([0, 1, 2], [1, 0, 0], [0.6, 0.1, 0.1]), 0)
  expect([end.forgetting, end.learned]).toEqual([0, false])
})

it('says of which networks what is not known', () => {
  const known = dynamics([0, 1], [1, 1], [0.5, 0.6])
  const whole = { ...known, grand: new Float64Array(2) }
  const named = (name: string, of: TrainingDynamics | undefined) => ({
    network: { name },
    dynamics: of,
  })
  expect(unknownDifficulty([named('a', whole)])).toEqual([])
  expect(unknownDifficulty([named('a', undefined), named('b', known), named('c', whole)])).toEqual([
    expect.stringMatching(/not known .* of a$/),
    expect.stringMatching(/GraNd is empty .* of b$/),
  ])
})

it('rows of a network without dynamics: none', () => {
  expect(difficultyRows({ network: { id: 'n' }, dynamics: undefined })).toEqual([])
})
