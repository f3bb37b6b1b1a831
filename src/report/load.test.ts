/** Study folders read for the report: whole, with parts missing, and with files that no record lists. */

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RECORD_NAME } from '../store/layout.js'
import { type Row, type Table, toCsv } from '../tables/table.js'
import { studyTables } from '../tables/tables.js'
import { soleLease } from '../testing/soleLease.js'
import { drawFigure, figureNames } from './figures/figures.js'
import { reportPage } from './html/page.js'
import { loadStudy } from './load.js'
import { exampleStudy } from './testing/exampleStudy.js'
import type { ReportStudy } from './types.js'

const root = mkdtempSync(join(tmpdir(), 'lowlayer-load-'))
const folder = join(root, 'study')
const example = exampleStudy()
const all: Record<string, readonly unknown[]> = {
  ...example.tables,
  multiverse: example.multiverse,
  pair_classes: example.tables.pairClasses,
}
/** Enough for every figure; all that is read is read for each column of each table. */
function isKept(row: object): boolean {
  const { step, sample = 0 } = row as { readonly step?: number; readonly sample?: number }
  return [undefined, 10, 1000].includes(step) && sample < 70
}
/** The tables that a report is made of. */
const csvs = new Map(
  (studyTables as readonly Table[])
    .filter(({ name }) => name in all)
    .map((table) => [table.name, toCsv(table, (all[table.name] as Row<Table>[]).filter(isKept))]),
)
const manifest = { ...example.manifest, config: { comparison: { bootstrap: 20 } } }

/** Stores a file, as a version of lowlayer would that writes it so. */
const write = (file: string, content: string) =>
  soleLease(folder).write(join(folder, file), content)

async function writeStudy(): Promise<void> {
  for (const [name, csv] of csvs) await write(`${name}.csv`, csv)
  await write('manifest.json', JSON.stringify(manifest))
  await write('verdict.json', JSON.stringify(example.verdict))
  cpSync(folder, join(root, 'whole'), { recursive: true })
}

/** Every figure; drawings are left out, which takes most of the time. */
function makeFigures(study: ReportStudy) {
  return Object.fromEntries(
    figureNames.map((name) => {
      const figure = drawFigure(name, study)
      return [name, 'missing' in figure ? figure : { ...figure, svg: '' }]
    }),
  )
}

/** The page with every figure. */
function shown(study: ReportStudy): string {
  return reportPage({ study, figures: makeFigures(study) as never, checkpoints: [] })
}

describe('a study folder', () => {
  beforeAll(writeStudy)
  beforeEach(() => {
    rmSync(folder, { recursive: true })
    cpSync(join(root, 'whole'), folder, { recursive: true })
  })
  afterAll(() => rmSync(root, { recursive: true }))

  it('is read back whole', async () => {
    const study = await loadStudy(folder, '')
    expect(study.problems).toEqual([])
    for (const [name, rows] of Object.entries(study.tables))
      expect(rows).toEqual(example.tables[name as keyof typeof study.tables].filter(isKept))
    const missing = Object.values(makeFigures(study)).filter((figure) => 'missing' in figure)
    expect(missing.map(({ id }) => id)).toEqual(['sample-orders', 'matching'])
  })

  it.each([...csvs.keys()])('with any column of %s gone is shown without it', async (name) => {
    const [head, ...lines] = (csvs.get(name) as string).trimEnd().split('\n')
    for (const [at, column] of head.split(',').entries()) {
      const cut = (line: string) => line.split(',').toSpliced(at, 1).join(',')
      await write(`${name}.csv`, `${[head, ...lines].map(cut).join('\n')}\n`)
      const study = await loadStudy(folder, '')
      expect(study.problems[0]).toMatchObject({
        file: `${name}.csv`,
        message: `lacks the column ${column}: what needs it is not shown`,
      })
      expect(shown(study)).toContain(`lacks the column ${column}`)
    }
  })

  it.each([...csvs.keys()])('without %s says so, whatever the record lists', async (name) => {
    for (const hasRecord of [true, false]) {
      if (!hasRecord) await soleLease(folder).remove(join(folder, `${name}.csv`))
      else rmSync(join(folder, `${name}.csv`))
      const { problems } = await loadStudy(folder, '')
      expect(problems).toEqual([
        { file: `${name}.csv`, message: expect.stringContaining('is missing') },
      ])
    }
  })

  it.each<[string, (csv: string) => string]>([
    ['without its last lines', (csv) => `${csv.split('\n').slice(0, 5).join('\n')}\n`],
    ['with a digit changed', (csv) => csv.replace(/1(?=\d*\n)/, '2')],
    ['that is cut short', (csv) => csv.slice(0, -3)],
    ['that is empty', () => ''],
  ])('shows nothing of a table %s, and all others', async (_, change) => {
    for (const [name, csv] of csvs) {
      const changed = change(csv)
      if (changed === csv) continue
      writeFileSync(join(folder, `${name}.csv`), changed)
      const study = await loadStudy(folder, '')
      expect(study.problems).toEqual([
        { file: `${name}.csv`, message: expect.stringContaining('is not used') },
      ])
      const { pairClasses, ...tables } = study.tables
      const rows = { ...tables, pair_classes: pairClasses, multiverse: study.multiverse }
      for (const [other, found] of Object.entries(rows))
        expect(found.length > 0, other).toBe(other !== name)
      expect(shown(study)).toContain(`${name}.csv`)
      writeFileSync(join(folder, `${name}.csv`), csv)
    }
  })

  it('shows nothing that no record lists', async () => {
    rmSync(join(folder, RECORD_NAME))
    const study = await loadStudy(folder, '')
    expect(study.problems.map(({ file }) => file)).toEqual(
      expect.arrayContaining([...[...csvs.keys()].map((name) => `${name}.csv`), 'verdict.json']),
    )
    expect(study.verdict).toBeUndefined()
  })

  it.each([
    ['manifest.json', '[]'],
    ['manifest.json', 'null'],
    ['verdict.json', JSON.stringify({ ...example.verdict, clauses: [{ status: 'likely' }] })],
    ['verdict.json', JSON.stringify({ ...example.verdict, fullyDifferent: null })],
  ])('with a %s that is %s shows the tables', async (file, content) => {
    await write(file, content)
    const study = await loadStudy(folder, '')
    expect(study.problems).toEqual([{ file, message: expect.stringContaining('is damaged') }])
    expect(shown(study)).toContain('id="figure-losses"')
  })
})
