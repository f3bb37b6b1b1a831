import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { sha256 } from '../core/hash.js'
import { figureMakers } from './figures/figures.js'
import { reportPage } from './html/page.js'
import { loadStudy } from './load.js'
import { type Row, type Table, toCsv } from './tables/table.js'
import { studyTables } from './tables/tables.js'
import { exampleStudy } from './testing/exampleStudy.js'
import type { ReportStudy } from './types.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-load-'))
const example = exampleStudy()
const all: Record<string, readonly unknown[]> = {
  ...example.tables,
  sensitivity: example.sensitivity,
}
/** The tables that a report is made of. */
const csvs = new Map(
  (studyTables as readonly Table[])
    .filter(({ name }) => name in all)
    .map((table) => [table.name, toCsv(table, all[table.name] as Row<Table>[])]),
)

const write = (file: string, content: string) => writeFileSync(join(folder, file), content)

function writeStudy(): void {
  for (const [name, csv] of csvs) write(`${name}.csv`, csv)
  const checksums = Object.fromEntries([...csvs].map(([name, csv]) => [`${name}.csv`, sha256(csv)]))
  write('manifest.json', JSON.stringify({ ...example.manifest, checksums }))
  write('verdict.json', JSON.stringify(example.verdict))
}

/** Every figure and the page; drawings are left out, which takes most of the time. */
function shown(study: ReportStudy): string {
  const figures = Object.fromEntries(
    Object.entries(figureMakers).map(([name, make]) => {
      const figure = make(study)
      return [name, 'missing' in figure ? figure : { ...figure, svg: '' }]
    }),
  )
  return reportPage({ study, figures: figures as never, checkpoints: [] })
}

describe('a study folder', () => {
  beforeEach(writeStudy)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is read back whole', async () => {
    const study = await loadStudy(folder, '')
    expect(study.problems).toEqual([])
    expect(study.tables.samples).toHaveLength(example.tables.samples.length)
  })

  it.each([...csvs.keys()])('with any column of %s gone is shown without it', async (name) => {
    const [head, ...lines] = (csvs.get(name) as string).trimEnd().split('\n')
    for (const [at, column] of head.split(',').entries()) {
      const cut = (line: string) => line.split(',').toSpliced(at, 1).join(',')
      write(`${name}.csv`, `${[head, ...lines].map(cut).join('\n')}\n`)
      const study = await loadStudy(folder, '')
      expect(study.problems[0]).toMatchObject({
        file: `${name}.csv`,
        message: `lacks the column ${column}: what needs it is not shown`,
      })
      expect(shown(study)).toContain(`lacks the column ${column}`)
    }
  })

  it('with damaged rows shows the others and names the lines', async () => {
    const lines = (csvs.get('overlaps') as string).split('\n')
    lines[2] = lines[2].replace('true', 'maybe')
    lines[4] += ',1'
    write('overlaps.csv', lines.join('\n').slice(0, -3))
    const { tables, problems } = await loadStudy(folder, '')
    expect(tables.overlaps).toHaveLength(3)
    expect(problems).toEqual([
      {
        file: 'overlaps.csv',
        message: expect.stringMatching(
          /^3 of 6 rows cannot be read and are left out, 3 are shown \(line 3: similar_accuracy "maybe" is no boolean; line 5: 20 cells instead of 19; line 7: cut short\)$/,
        ),
      },
    ])
  })

  it('without the last lines of a table tells so from its checksum', async () => {
    const csv = csvs.get('samples') as string
    write('samples.csv', `${csv.split('\n').slice(0, 50).join('\n')}\n`)
    const { tables, problems } = await loadStudy(folder, '')
    expect(tables.samples).toHaveLength(49)
    expect(problems).toEqual([
      { file: 'samples.csv', message: expect.stringContaining('is not what was written') },
    ])
  })

  it.each([...csvs.keys()])('with an empty %s.csv shows the other tables', async (name) => {
    write(`${name}.csv`, '')
    const study = await loadStudy(folder, '')
    expect(study.problems).toEqual([
      { file: `${name}.csv`, message: 'is damaged: the file is empty' },
    ])
    expect(shown(study)).toContain('the file is empty')
  })

  it.each([
    ['manifest.json', '[]'],
    ['manifest.json', 'null'],
    ['verdict.json', JSON.stringify({ ...example.verdict, clauses: [{ status: 'likely' }] })],
    ['verdict.json', JSON.stringify({ ...example.verdict, fullyDifferent: null })],
  ])('with a %s that is %s shows the tables', async (file, content) => {
    write(file, content)
    const study = await loadStudy(folder, '')
    expect(study.problems).toEqual([{ file, message: expect.stringContaining('is damaged') }])
    expect(shown(study)).toContain('id="figure-losses"')
  })
})
