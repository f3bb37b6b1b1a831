/** Players of images, tables and texts: their cells, how they are chosen, and what is refused. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '../../core/errors.js'
import { stream } from '../../core/random.js'
import {
  chooseGridCells,
  featurePlayers,
  gridPlayers,
  parseGrid,
  playersOfGridCells,
  segmentPlayers,
  singleFeatures,
} from './players.js'
import { cellVariance } from './selectCandidates.js'
import { eligibleTokens, tokenPlayers } from './tokens.js'

const grid4 = { rows: 4, columns: 4 }

describe('gridPlayers', () => {
  it('gives every channel of a pixel to the cell that holds it', () => {
    const players = gridPlayers([2, 4, 6], { rows: 2, columns: 3 }, 6, { by: 'centre' })
    const plane = [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 3, 3, 4, 4, 5, 5]
    expect([...players.map]).toEqual([...plane, ...plane])
    expect(players.names).toEqual(['r0c0', 'r0c1', 'r0c2', 'r1c0', 'r1c1', 'r1c2'])
  })

  it('takes the cells of highest training variance and leaves the rest as background', () => {
    const bright = [5, 6, 10]
    const inputs = Float32Array.from({ length: 2 * 64 }, (_, index) => {
      const pixel = index % 64
      const cell = 4 * Math.floor(pixel / 16) + Math.floor((pixel % 8) / 2)
      return index < 64 && bright.includes(cell) ? 1 : 0
    })
    const players = gridPlayers([1, 8, 8], grid4, 3, { by: 'variance' }, { inputs, count: 2 })
    expect(players.names).toEqual(['r1c1', 'r1c2', 'r2c2'])
    expect(players.map.filter((player) => player === -1)).toHaveLength(13 * 4)
  })

  it('takes the middle first when asked for the centre', () => {
    expect(chooseGridCells([1, 28, 28], grid4, 4, { by: 'centre' })).toEqual([5, 6, 9, 10])
  })

  it('splits images that the grid does not divide, every cell at least one pixel', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(9),
        fc.nat(9),
        (rows, columns, tall, wide) => {
          const count = rows * columns
          const shape = [1, rows + tall, columns + wide]
          const { map } = gridPlayers(shape, { rows, columns }, count, { by: 'centre' })
          expect(new Set(map).size).toBe(count)
          expect(map).not.toContain(-1)
        },
      ),
    )
  })

  it('leaves out what is nearer to the border than the margin, however cells are chosen', () => {
    const extent = fc.integer({ min: 1, max: 7 })
    const by = fc.constantFrom('variance', 'centre', 'random')
    fc.assert(
      fc.property(extent, extent, fc.nat(3), by, fc.nat(20), (rows, columns, margin, by, seed) => {
        const shape = [2, 8, 9]
        const draws = stream(seed, 'test').at()
        const inputs = Float32Array.from({ length: 3 * 144 }, () => draws.normal())
        const selection = by === 'random' ? ({ by, seed } as const) : { by }
        const left = Math.max(0, rows - 2 * margin) * Math.max(0, columns - 2 * margin)
        const choose = (count: number) =>
          chooseGridCells(shape, { rows, columns }, count, selection, { inputs, count: 3 }, margin)
        const most = Math.min(left, 14)
        if (most < 14) expect(() => choose(most + 1)).toThrow(InputError)
        if (most === 0) return
        const chosen = choose(most)
        expect(new Set(chosen).size).toBe(most)
        for (const cell of chosen) {
          const [row, column] = [Math.floor(cell / columns), cell % columns]
          expect(
            Math.min(row, column, rows - 1 - row, columns - 1 - column),
          ).toBeGreaterThanOrEqual(margin)
        }
      }),
    )
  })

  it('takes of inner cells those of highest variance, and counts listed ones over the whole grid', () => {
    const inputs = Float32Array.from({ length: 2 * 64 }, (_, index) => {
      const pixel = index % 64
      const cell = 4 * Math.floor(pixel / 16) + Math.floor((pixel % 8) / 2)
      return index < 64 ? ({ 0: 9, 6: 3, 9: 2 }[cell] ?? 0) : 0
    })
    const training = { inputs, count: 2 }
    const choose = (count: number, selection: Parameters<typeof chooseGridCells>[3]) =>
      chooseGridCells([1, 8, 8], grid4, count, selection, training, 1)
    expect(choose(2, { by: 'variance' })).toEqual([6, 9])
    expect(choose(2, { by: 'listed', indices: [10, 5] })).toEqual([5, 10])
    expect(() => choose(1, { by: 'listed', indices: [4] })).toThrow(
      /listed cell 4 cannot be a player: players\.margin 1 leaves cells 5, 6, 9, 10/,
    )
  })

  it('draws the same cells for a seed and other ones for another', () => {
    const cells = (seed: number) => chooseGridCells([1, 28, 28], grid4, 8, { by: 'random', seed })
    expect(cells(1)).toEqual(cells(1))
    expect(cells(1)).not.toEqual(cells(2))
  })

  it.each([
    [
      () => gridPlayers([1, 28, 28], grid4, 15, { by: 'centre' }),
      /2\^15 = 32,768 masked inputs.*at most 14/,
    ],
    [
      () => gridPlayers([1, 28, 28], { rows: 2, columns: 2 }, 5, { by: 'centre' }),
      /5 players.*only 4 cells of the 2×2 grid/,
    ],
    [
      () => gridPlayers([1, 3, 28], grid4, 4, { by: 'centre' }),
      /4×4 grid does not fit images of 3×28/,
    ],
    [
      () => gridPlayers([8, 8, 2], grid4, 4, { by: 'centre' }),
      /images of 8×2 pixels: \[8, 8, 2\] .* if the 2 are the channels, say data\.layout: nhwc$/,
    ],
    [
      () => playersOfGridCells([16, 14, 3], grid4, [0], 'layer'),
      /if the 3 are the channels, say networks\.files\[\]\.layerLayout: nhwc$/,
    ],
    [
      () => gridPlayers([1, 28, 3], grid4, 4, { by: 'centre' }),
      /images of 28×3 pixels; a coarser one: analysis.players.layout/,
    ],
    [() => gridPlayers([9], grid4, 4, { by: 'centre' }), /layout "features"/],
    [
      () => gridPlayers([1, 28, 28], grid4, 2, { by: 'listed', indices: [3, 16] }),
      /16 does not exist/,
    ],
    [
      () => gridPlayers([1, 28, 28], grid4, 2, { by: 'listed', indices: [3, 3] }),
      /overlap: 3 is listed twice/,
    ],
    [() => gridPlayers([1, 28, 28], grid4, 0, { by: 'centre' }), /at least one/],
  ])('refuses what does not fit (%#)', (make, message) => {
    expect(make).toThrow(message)
  })

  it('reads rows × columns', () => {
    expect(parseGrid('grid3x5')).toEqual({ rows: 3, columns: 5 })
    expect(parseGrid('features')).toBeUndefined()
  })
})

describe('featurePlayers', () => {
  it('makes a player of a feature, or of a group of features', () => {
    const single = featurePlayers(3, singleFeatures(3, ['a', 'b', 'c']), 2, {
      by: 'listed',
      indices: [0, 2],
    })
    expect([...single.map]).toEqual([0, -1, 1])
    expect(single.names).toEqual(['a', 'c'])
    const groups = [
      { name: 'low', features: [0, 2] },
      { name: 'high', features: [1] },
    ]
    expect([...featurePlayers(4, groups, 2, { by: 'random', seed: 1 }).map]).toEqual([0, 1, 0, -1])
  })

  it('refuses groups that share a feature or name one that is not there', () => {
    const overlap = [
      { name: 'p', features: [0, 1] },
      { name: 'q', features: [1] },
    ]
    expect(() => featurePlayers(3, overlap, 2, { by: 'random', seed: 0 })).toThrow(
      /cell 1 belongs to player 0 \(p\) and to player 1 \(q\)/,
    )
    const missing = [{ name: 'p', features: [3] }]
    expect(() => featurePlayers(3, missing, 1, { by: 'random', seed: 0 })).toThrow(/outside the 3/)
  })
})

describe('segmentPlayers', () => {
  it('repeats the pixels over channels', () => {
    expect([...segmentPlayers([2, 2, 2], [[0, 3], [1]]).map]).toEqual([0, 1, -1, 0, 0, 1, -1, 0])
  })

  it('refuses overlapping, empty and missing segments', () => {
    expect(() => segmentPlayers([1, 2, 2], [[0], [0, 1]])).toThrow(/overlap/)
    expect(() => segmentPlayers([1, 2, 2], [[0], []])).toThrow(/player 1 \(s1\) has no cell/)
    expect(() => segmentPlayers([1, 2, 2], [[4]])).toThrow(/outside/)
  })
})

describe('tokenPlayers', () => {
  const words = ['<pad>', '<unk>', 'the', 'film', '[CLS]', 'bad', '!', 'plot']
  const text = Int32Array.from([4, 2, 3, 1, 5, 6, 7, 0])

  it('passes over padding, unknown and special tokens, stop words and marks', () => {
    expect(eligibleTokens(text, words)).toEqual([2, 4, 6])
  })

  it('depends on the seed and the sample alone, and names the words', () => {
    const players = tokenPlayers(text, words, 3, 7, 11)
    expect(players.names).toEqual(['film', 'bad', 'plot'])
    expect([...players.map]).toEqual([-1, -1, 0, -1, 1, -1, 2, -1])
    expect(() => tokenPlayers(text, words, 4, 7, 11)).toThrow(/sample 11 has 3 tokens/)
  })
})

describe('cellVariance', () => {
  it('equals the two-pass formula', () => {
    const samples = fc.array(
      fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 3, maxLength: 3 }),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(samples, (rows) => {
        const variance = cellVariance(Float32Array.from(rows.flat()), rows.length, 3)
        for (let cell = 0; cell < 3; cell++) {
          const column = rows.map((row) => Math.fround(row[cell]))
          const mean = column.reduce((a, b) => a + b, 0) / column.length
          const expected =
            column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / column.length
          expect(variance[cell]).toBeCloseTo(expected, 6)
        }
      }),
    )
  })
})
