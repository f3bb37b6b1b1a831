/** Made-up data sources against the truth that they are made from. */
import { describe, expect, it } from 'vitest'
import { dataSection } from '../../config/data.js'
import { stream } from '../../core/random.js'
import { loadDataset } from '../load.js'
import { drawDigit } from './glyphs.js'
import { plantedScore, ruleHolds } from './plantedLogic.js'
import { ticTacToeEndgames } from './ticTacToe.js'

const nowhere = { baseDir: '.', dataDirs: [] }

describe('tic-tac-toe', () => {
  /** The 3^9 fillings of a board, kept by the rules rather than by playing. */
  function endgamesByRule(): Map<string, boolean> {
    const lines = ['012', '345', '678', '036', '147', '258', '048', '246']
    const found = new Map<string, boolean>()
    for (let code = 0; code < 3 ** 9; code++) {
      const board = Array.from(
        { length: 9 },
        (_, square) => (Math.floor(code / 3 ** square) % 3) - 1,
      )
      const has = (side: number) =>
        lines.some((l) => [...l].every((s) => board[Number(s)] === side))
      const [x, o] = [1, -1].map((side) => board.filter((held) => held === side).length)
      const xEnds = has(1) && !has(-1) && x === o + 1
      const oEnds = has(-1) && !has(1) && x === o
      const draw = !has(1) && !has(-1) && x + o === 9 && x === 5
      if (xEnds || oEnds || draw) found.set(board.join(), has(1))
    }
    return found
  }

  it('has the 958 endgames of UCI, 626 of them won by x', () => {
    const { boards, xWon } = ticTacToeEndgames()
    expect(boards).toHaveLength(958)
    expect(xWon.filter(Boolean)).toHaveLength(626)
    expect(new Map(boards.map((board, index) => [board.join(), xWon[index]]))).toEqual(
      endgamesByRule(),
    )
  })

  it("is in the order of UCI's file, which begins with x,x,x,x,o,o,x,o,o", () => {
    const { boards, xWon } = ticTacToeEndgames()
    expect(boards[0]).toEqual([1, 1, 1, 1, -1, -1, 1, -1, -1])
    expect(boards[1]).toEqual([1, 1, 1, 1, -1, -1, -1, 1, -1])
    expect(xWon.lastIndexOf(true)).toBe(625)
  })

  it('splits into 70% and 30% of each class', async () => {
    const dataset = await loadDataset(dataSection.parse({ source: 'tic-tac-toe' }), nowhere)
    expect(dataset.test.count).toBe(Math.round(0.3 * 626) + Math.round(0.3 * 332))
    expect(dataset.train.count).toBe(958 - dataset.test.count)
    expect(new Set([...dataset.train.ids, ...dataset.test.ids]).size).toBe(958)
    const { boards } = ticTacToeEndgames()
    expect([...dataset.test.inputs.subarray(0, 9)]).toEqual(boards[dataset.test.ids[0]])
  })
})

describe('planted logic', () => {
  const rules = [
    { kind: 'and' as const, features: [0, 2], weight: 2 },
    { kind: 'or' as const, features: [1, 3], weight: 3 },
  ]

  it('scores by the rules that hold', () => {
    expect(ruleHolds(rules[0], 0b101)).toBe(true)
    expect(ruleHolds(rules[0], 0b001)).toBe(false)
    expect(plantedScore(rules, 0b101)).toBe(2)
    expect(plantedScore(rules, 0b1000)).toBe(3)
    expect(plantedScore(rules, 0b1111)).toBe(5)
  })

  it('labels every sample by its bits, and repeats none', async () => {
    const data = dataSection.parse({
      source: 'planted-logic',
      features: 6,
      rules,
      threshold: 2.5,
      train: 40,
      test: 24,
    })
    const { train, test } = await loadDataset(data, nowhere)
    const seen = new Set<number>()
    for (const split of [train, test]) {
      for (let row = 0; row < split.count; row++) {
        const bits = [...split.inputs.subarray(row * 6, row * 6 + 6)]
        const mask = bits.reduce((sum, bit, feature) => sum + bit * 2 ** feature, 0)
        seen.add(mask)
        expect(split.labels[row]).toBe(Number(plantedScore(rules, mask) > 2.5))
      }
    }
    expect(seen.size).toBe(64)
  })

  it('says that rules which every sample meets give one label', async () => {
    const data = dataSection.parse({ source: 'planted-logic', threshold: -100 })
    await expect(loadDataset(data, nowhere)).rejects.toThrow('no sample has label 0')
  })
})

describe('glyphs', () => {
  it('show equally many of each digit asked for', async () => {
    const data = dataSection.parse({
      source: 'glyphs',
      size: 12,
      classes: [3, 8],
      train: 20,
      test: 10,
    })
    const { classes, train, shape } = await loadDataset(data, nowhere)
    expect(classes).toEqual(['3', '8'])
    expect(shape).toEqual([1, 12, 12])
    expect(train.labels.filter((label) => label === 1)).toHaveLength(10)
  })

  it('are apart: undistorted digits differ more between classes than noise makes them', () => {
    const draw = (digit: number, distortion: number, seed: number) => {
      const image = new Float32Array(28 * 28)
      drawDigit(digit, { size: 28, distortion, pixelNoise: 0 }, stream(seed, 'test').at(), image)
      return image
    }
    for (let a = 0; a < 10; a++) {
      expect(draw(a, 0, 1)).toEqual(draw(a, 0, 2))
      expect(draw(a, 1, 1)).not.toEqual(draw(a, 1, 2))
      expect(Math.max(...draw(a, 0, 1))).toBe(1)
      for (let b = 0; b < a; b++) {
        const [one, other] = [draw(a, 0, 1), draw(b, 0, 1)]
        const difference = one.reduce((sum, ink, pixel) => sum + Math.abs(ink - other[pixel]), 0)
        expect(difference).toBeGreaterThan(15)
      }
    }
  })
})
