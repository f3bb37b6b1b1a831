/** Token ids from files of arrays: their words and names, special tokens, and test texts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataSection } from '../../config/data.js'
import { type Rows, tokenFile } from '../../testing/tokenFile.js'
import { loadDataset } from '../load.js'
import type { Dataset, RowPart } from '../types.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-token-source-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const texts = {
  input_ids: [
    [1, 5, 6, 7, 2],
    [1, 8, 9, 2, 0],
    [1, 5, 2, 0, 0],
    [1, 9, 8, 7, 2],
  ],
  attention_mask: [
    [1, 1, 1, 1, 1],
    [1, 1, 1, 1, 0],
    [1, 1, 1, 0, 0],
    [1, 1, 1, 1, 1],
  ],
  word_ids: [
    [-1, 0, 0, 1, -1],
    [-1, 0, 1, -1, -1],
    [-1, 0, -1, -1, -1],
    [-1, 0, 1, 0, -1],
  ],
  labels: [0, 1, 0, 1],
}

let files = 0
async function loaded(
  arrays: Readonly<Record<string, Rows>>,
  data: Readonly<Record<string, unknown>> = {},
): Promise<Dataset> {
  const path = join(folder, `${files++}.npz`)
  writeFileSync(path, tokenFile(arrays))
  const config = dataSection.parse({ source: 'tokens', path, ...data })
  return loadDataset(config, { baseDir: folder, dataDirs: [] })
}

/** Cells of a role of all samples, by their place in the file. */
function cellsOf({ parts = [], shape: [size], train, test }: Dataset, role: RowPart['role']) {
  const part = parts.find((each) => each.role === role)
  if (part === undefined) return undefined
  const width = part.shape.reduce((product, extent) => product * extent, 1)
  const rows = [train, test].flatMap(({ ids, inputs }) =>
    [...ids].map((id, row): [number, number[]] => {
      const start = row * size + part.start
      return [id, [...inputs.subarray(start, start + width)]]
    }),
  )
  return rows.sort(([a], [b]) => a - b).map(([, cells]) => cells)
}

describe('token ids', () => {
  it('stand side by side with all that models are fed, and with their words', async () => {
    const token_type_ids = texts.input_ids.map((row) => row.map((_, at) => at % 2))
    const data = await loaded({ ...texts, token_type_ids })
    expect(data.kind).toBe('tokens')
    expect(data.parts?.map(({ name, role }) => [name, role])).toEqual([
      ['input_ids', 'ids'],
      ['attention_mask', 'attention'],
      ['token_type_ids', 'input'],
      ['word_ids', 'words'],
    ])
    expect(cellsOf(data, 'ids')).toEqual(texts.input_ids)
    expect(cellsOf(data, 'attention')).toEqual(texts.attention_mask)
    expect(cellsOf(data, 'input')).toEqual(token_type_ids)
    expect(cellsOf(data, 'words')).toEqual(texts.word_ids)
    expect(data.parts?.[0].highest?.place).toMatch(/\.npz: input_ids\[1, 2\]$/)
    expect(data.assumptions.join()).toMatch(/in 1 of 4 texts of .* do not stand side by side/)
  })

  it('without words are each a word, but for special ones and padding', async () => {
    const { word_ids: _, ...rest } = texts
    const data = await loaded(rest, { specialTokens: [1, 2, 8] })
    expect(cellsOf(data, 'words')).toEqual([
      [-1, 1, 2, 3, -1],
      [-1, -1, 2, -1, -1],
      [-1, 1, -1, -1, -1],
      [-1, 1, -1, 3, -1],
    ])
  })

  it('have numbers for names where a vocabulary leaves ids out', async () => {
    writeFileSync(join(folder, 'vocab.json'), '{"last": 16777215, "old": 5}')
    const { vocabulary } = await loaded(texts, { vocabulary: 'vocab.json' })
    expect(vocabulary).toEqual(expect.arrayContaining(['old(id 6)', '(id 7)']))
  })

  it('have names from a vocabulary in JSON', async () => {
    const vocabulary = {
      '<s>': 1,
      '</s>': 2,
      Ġold: 5,
      er: 6,
      Ġoak: 7,
      Ġin: 8,
      Ġrain: 9,
      '<pad>': 0,
    }
    writeFileSync(join(folder, 'vocab.json'), JSON.stringify(vocabulary))
    const data = await loaded(texts, { vocabulary: 'vocab.json' })
    const names = cellsOf(data, 'names')?.map((row) => row.map((at) => data.vocabulary?.[at]))
    expect(names).toEqual([
      ['', 'older', 'older', 'oak', ''],
      ['', 'in', 'rain', '', ''],
      ['', 'old', '', '', ''],
      ['', 'rainoak', 'in', 'rainoak', ''],
    ])
  })

  it('of a language model have the tokens that are to follow for classes', async () => {
    const { labels: _, ...rest } = texts
    const data = await loaded({ ...rest, target: [40, 7, 40, 9] }, { target: 'target' })
    expect(data.classes).toEqual(['7', '9', '40'])
    const labels = [data.train, data.test].flatMap(({ ids, labels }) =>
      [...ids].map((id, row): [number, string] => [id, data.classes[labels[row]]]),
    )
    expect(Object.fromEntries(labels)).toEqual({ 0: '40', 1: '7', 2: '40', 3: '9' })
    expect(cellsOf(data, 'position')).toEqual([[4], [3], [2], [4]])
    expect(data.assumptions.join()).toMatch(
      /at the last token of a text, where attention_mask is 1/,
    )
  })

  it('that stand after the token whose outputs count are told of, as a causal model sees none', async () => {
    const { labels: _, ...rest } = texts
    const target = [40, 7, 40, 9]
    const at = (position: number[]) =>
      loaded({ ...rest, target, position }, { target: 'target', position: 'position' })
    // The words of the third text end at 1; that of the last goes on at 3, after another.
    const said = async (position: number[]) =>
      (await at(position)).assumptions.filter((line) => line.includes('words after'))
    expect(await said([1, 2, 1, 3])).toEqual([
      expect.stringMatching(
        /^1 of 4 texts of .*\.npz have words after the token whose outputs count .* attention_mask should be 0/,
      ),
    ])
    expect(await said([3, 2, 2, 3])).toEqual([])
  })

  it('are split whatever is to follow them, be it another token for each', async () => {
    const { labels: _, ...rest } = texts
    const arrays = { ...rest, target: [40, 7, 41, 9] }
    const data = await loaded(arrays, { target: 'target' })
    expect([data.train.count, data.test.count]).toEqual([3, 1])
    const few = await loaded(arrays, { target: 'target', train: 2, test: 1, balance: 'equal' })
    expect([few.train.count, few.test.count]).toEqual([2, 1])
    const some = await loaded(arrays, { target: 'target', classes: ['7', '41', '9'], test: 1 })
    expect([...some.train.ids, ...some.test.ids].sort()).toEqual([1, 2, 3])
  })

  it('have test texts of their own, which must be of the same arrays', async () => {
    writeFileSync(join(folder, 'test.npz'), tokenFile(texts))
    const data = await loaded(texts, { testPath: 'test.npz' })
    expect([data.train.count, data.test.count]).toEqual([4, 4])
    const longer = (rows: readonly number[][]) => rows.map((row) => [...row, 0])
    const wider = {
      input_ids: longer(texts.input_ids),
      attention_mask: longer(texts.attention_mask),
      word_ids: longer(texts.word_ids),
      labels: texts.labels,
    }
    await expect(loaded(wider, { testPath: 'test.npz' })).rejects.toThrow(
      /test\.npz has input_ids \[N, 5\].* but .*\.npz input_ids \[N, 6\].*: both must be alike/,
    )
  })

  it('are other data when one of them is another, or their parts have other names', async () => {
    const { fingerprint } = await loaded(texts)
    expect((await loaded(texts)).fingerprint).toBe(fingerprint)
    const other = texts.input_ids.map((row, at) => (at === 2 ? [1, 6, 2, 0, 0] : row))
    expect((await loaded({ ...texts, input_ids: other })).fingerprint).not.toBe(fingerprint)
    const { input_ids, ...rest } = texts
    const renamed = await loaded({ ...rest, tokens: input_ids }, { ids: 'tokens' })
    expect(renamed.fingerprint).not.toBe(fingerprint)
  })

  it.each<[string, Readonly<Record<string, Rows>>, Readonly<Record<string, unknown>>, RegExp]>([
    ['no ids', { labels: [0, 1] }, {}, /no array named "input_ids" \(it has: labels\)/],
    [
      'ids of one axis',
      { ...texts, input_ids: [1, 2, 3, 4] },
      {},
      /input_ids \[4\] are no token ids/,
    ],
    ['no classes', { ...texts, labels: [0, 1, 0] }, {}, /labels \[3\] are not as many rows/],
    [
      'a target of other rows',
      { ...texts, target: [1] },
      { target: 'target' },
      /target \[1\] \(data.target\)/,
    ],
    [
      'neither classes nor what is to follow',
      { input_ids: texts.input_ids, attention_mask: texts.attention_mask, specialTokens: [1] },
      { specialTokens: [1, 2] },
      /no array named "labels" \(data\.labels\) has the classes; of a language model data\.target/,
    ],
    ['an input that is not there', texts, { inputs: ['segments'] }, /no array named "segments"/],
    [
      'numbers for words',
      { ...texts, words: texts.word_ids },
      {},
      /\[words\]: strings are read from/,
    ],
    ['words that are not there', texts, { words: 'spoken' }, /spoken/],
    ['word ids that are not there', texts, { wordIds: 'wordids', specialTokens: [1] }, /wordids/],
    ['no vocabulary', texts, { vocabulary: 'no.txt' }, /data\.vocabulary "no\.txt" does not exist/],
    [
      'a vocabulary beside the words',
      { ...texts, words: texts.word_ids },
      { vocabulary: __filename },
      /data\.vocabulary names no player, since .*\.npz has the words themselves, as words/,
    ],
    ['no test file', texts, { testPath: 'no.npz' }, /data\.testPath "no\.npz" does not exist/],
  ])('are refused with %s', async (_, arrays, data, message) => {
    await expect(loaded(arrays, data)).rejects.toThrow(message)
  })

  it.each([
    ['[1, 2]', /data.vocabulary has 1 tokens/],
    ['{"a": 1.5}', /the id of "a" is 1.5, no whole number/],
    ['{"a": ', /no JSON object from tokens to ids/],
    ['{"a": 4294967294}', /the id of "a" is 4294967294, no whole number from 0 to 16777215/],
    ['{"a": 1e300}', /the id of "a" is 1e\+300, no whole number/],
    ['{"a": [[["b"]]]}', /the id of "a" is \[\[\["b"\]\]\], no whole number/],
    ['one\ntwo\n', /input_ids\[0, 1\] is 5, but data.vocabulary has 2 tokens/],
    ['', /the vocabulary is empty/],
  ])('are refused with the vocabulary %j', async (text, message) => {
    writeFileSync(join(folder, 'wrong.txt'), text)
    await expect(loaded(texts, { vocabulary: 'wrong.txt' })).rejects.toThrow(message)
  })
})
