/** Which samples a study analyses where it says so, and which players it has. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromCsv } from '../../tables/read.js'
import { playersTable, samplesTable } from '../../tables/tables.js'
import { fileOf, planOfDocument, runDocument } from '../../testing/studyRun.js'
import { plannedSamples } from './chosenSamples.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lowlayer-chosen-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const document = {
  data: { source: 'tic-tac-toe', select: 'first', train: 60, test: 40 },
  model: { architecture: 'mlp-5', width: 4 },
  training: { epochs: 1, checkpoints: { logSpaced: 2 } },
  networks: { grid: { low: [0], high: [0], repeats: 1 } },
  analysis: { samples: { testCount: 2 }, players: { count: 3 } },
  confusing: { reliability: { players: true } },
}
const places = () => ({ baseDir: folder, results: join(folder, 'results') })
const planned = async (...overrides: string[]) => {
  const plan = await planOfDocument(document, { ...places(), overrides })
  const samples = await plannedSamples(plan, { baseDir: folder, dataDirs: [] })
  return { plan, samples: samples?.[0].samples }
}

describe('texts', () => {
  const written = (count: number) => {
    // Every third text has two words.
    const lines = Array.from({ length: 60 }, (_, row) =>
      row % 3 === 0 ? `bad film\t${row % 2}` : `good film with words ${row}\t${row % 2}`,
    )
    writeFileSync(join(folder, 'texts.tsv'), `sentence\tlabel\n${lines.join('\n')}\n`)
    return {
      ...document,
      data: { source: 'text', path: 'texts.tsv', train: 40, test: 20 },
      model: { architecture: 'transformer' },
      analysis: { samples: { count, testCount: 2 }, players: { count: 3 } },
      confusing: {},
    }
  }
  const texts = (count: number, ...overrides: string[]) =>
    planOfDocument(written(count), { ...places(), overrides })

  it('have the words that are their players in players.csv, and in the manifest', async () => {
    const study = await runDocument(written(5), places())
    const rows = fromCsv(playersTable, readFileSync(fileOf(study, 'players.csv'), 'utf8'))
    const samples = fromCsv(samplesTable, readFileSync(fileOf(study, 'samples.csv'), 'utf8'))
    const main = rows.filter(({ split }) => split === 'train')
    expect(new Set(main.map(({ sample }) => sample))).toEqual(
      new Set(samples.map(({ sample }) => sample)),
    )
    expect(rows.map(({ player }) => player)).toEqual(Array(7).fill([0, 1, 2]).flat())
    // The words of every text, but its last, which is another in each.
    const words = ['good', 'film', 'with', 'words']
    const named = rows.filter(({ number }) => number! < 4)
    expect(named.length).toBeGreaterThan(7)
    for (const { number, name } of named) expect(name).toBe(words[number!])
    const { data } = JSON.parse(readFileSync(fileOf(study, 'manifest.json'), 'utf8'))
    expect(data.textPlayers).toEqual(study.plan.data.textPlayers)
    // Which texts are analysed is not known then.
    const { data: filtered } = await texts(5, 'analysis.samples.filter=correct')
    expect(filtered.textPlayers).toBe(undefined)
  })

  it('are left out where they are too short for the players, which is said', async () => {
    const { data } = await texts(20)
    const said = data.assumptions?.filter((line) => line.includes('too short')) ?? []
    expect(said).toEqual([
      expect.stringMatching(/^\d+ of 40 texts of the train split are too short for 3 players/),
      expect.stringMatching(/^\d+ of 20 texts of the test split are too short for 3 players/),
    ])
    const left = said.map((line) => Number.parseInt(line, 10))
    expect(left[0] + left[1]).toBe(20)
  })

  it('are as many as are not too short, where no number was written', async () => {
    const { analysis: _, ...document } = written(5)
    const open = { ...document, analysis: { players: { count: 3 } } }
    const { config, data } = await planOfDocument(open, places())
    const said = data.assumptions?.filter((line) => line.includes('too short')) ?? []
    const [train, test] = said.map((line) => Number.parseInt(line, 10))
    expect(config.analysis.samples).toMatchObject({ count: 40 - train, testCount: 20 - test })
  })

  it.each([[[]], [['analysis.samples.filter=correct']], [['analysis.samples.first=39']]])(
    'that are too short may leave too few, which is known before anything is trained: %j',
    async (overrides) => {
      await expect(texts(39, ...overrides)).rejects.toThrow(/39 samples asked for, but \d+ of 40/)
      if (overrides.length === 0)
        await expect(texts(39)).rejects.toThrow(/^analysis\.samples\.count, of the train split: /)
    },
  )
})

describe('analysed samples', () => {
  it('are the first ones, or those that are named', async () => {
    expect((await planned('analysis.samples.first=7')).samples).toEqual([0, 1, 2, 3, 4, 5, 6])
    const test = await planned('analysis.samples={first: 3, split: test}')
    expect(test.samples).toEqual([918, 919, 920])
    expect((await planned('analysis.samples.ids=[50, 3]')).samples).toEqual([3, 50])
  })

  it('are those of a file, which need not be there later', async () => {
    writeFileSync(join(folder, 'ids.csv'), 'sample\n12\n7\n\n59\n')
    const { plan, samples } = await planned('analysis.samples.ids=ids.csv')
    expect(samples).toEqual([7, 12, 59])
    const listed = await planned('analysis.samples.ids=[12, 7, 59]')
    expect(plan.valuesId).toBe(listed.plan.valuesId)
    expect(plan.config.analysis.samples).toMatchObject({ ids: [12, 7, 59], count: 3 })
  })

  it.each([
    ['analysis.samples.ids=[3, 930]', /sample 930 is in the test split/],
    [
      'analysis.samples.ids=[3, 700]',
      /sample 700 is not among the 60 samples of the split, which are 0, 1, .*, 7 and 52 more/,
    ],
    ['analysis.samples.first=61', /samples.first=61: 61 is more than the 60 samples of data.train/],
    ['analysis.samples={first: 3, ids: [1, 2, 4]}', /"ids" both say/],
    ['analysis.samples={first: 3, count: 4}', /4 differs from first: 3/],
    ['analysis.samples={ids: [3, 4], count: 5}', /5 differs from the 2 of ids/],
    ['analysis.samples.ids=[3, 3]', /3 is given twice/],
    ['analysis.samples={ids: [3], filter: correct}', /would leave out some of ids/],
    ['analysis.samples.ids=none.txt', /ids: .*none.txt: no such file/],
    ['analysis.samples.ids=bad.txt', /bad.txt, line 2: "x" is no number of a sample/],
    ['analysis.samples.ids=twice.txt', /twice.txt, line 3: sample 4 stands in line 1 already/],
    ['analysis.samples.ids=empty.txt', /empty.txt: has no number of a sample/],
    ['analysis.samples={ids: good.txt, count: 3}', /count: 3 differs from the 2 of good.txt/],
  ])('are refused: %s', async (override, message) => {
    for (const [name, text] of Object.entries({
      'bad.txt': '1\nx\n',
      'twice.txt': '4\n5\n4\n',
      'empty.txt': '\n',
      'good.txt': '1\n2\n',
    })) {
      writeFileSync(join(folder, name), text)
    }
    await expect(planned(override)).rejects.toThrow(message)
  })
})

it('players.csv has the players of the study and of its other choice', async () => {
  const study = await runDocument(document, {
    ...places(),
    overrides: ['analysis.samples.first=9'],
  })
  const rows = fromCsv(playersTable, readFileSync(fileOf(study, 'players.csv'), 'utf8'))
  const { players } = study.plan.data
  expect(rows).toEqual(
    [...(players?.main ?? []), ...(players?.players ?? [])].map(({ name, number }, index) => ({
      choice: index < 3 ? 'main' : 'players',
      player: index % 3,
      name,
      number,
    })),
  )
  expect(rows).toHaveLength(6)
  const manifest = JSON.parse(readFileSync(fileOf(study, 'manifest.json'), 'utf8'))
  expect(manifest.data.players).toEqual(players)
  // The numbers are those that choose the same players by hand.
  const numbers = players?.main?.map(({ number }) => number)
  const byHand = await planned(`analysis.players={select: list, list: [${numbers}]}`)
  expect(byHand.plan.data.players?.main).toEqual(players?.main)
  const samples = fromCsv(samplesTable, readFileSync(fileOf(study, 'samples.csv'), 'utf8'))
  expect(new Set(samples.map(({ sample }) => sample))).toEqual(new Set([...Array(9).keys()]))
})
