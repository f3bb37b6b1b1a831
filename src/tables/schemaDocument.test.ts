/** The lines of SCHEMA.md that tell how to read the tables, run as they stand there. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { exampleStudy } from '../report/testing/exampleStudy.js'
import { studySchema } from './schemaDocument.js'
import { toCsv } from './table.js'
import { samplesTable, studyTables } from './tables.js'

const folder = mkdtempSync(join(tmpdir(), 'lowlayer-schema-'))
/** With a column that is empty. */
const samples = exampleStudy().tables.samples.map((row) => ({ ...row, prediction: undefined }))

beforeAll(() => writeFileSync(join(folder, 'samples.csv'), toCsv(samplesTable, samples)))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The line of the document that begins with a tool's name. */
function lineOf(tool: string): string {
  const found = studySchema().match(new RegExp(`${tool}: (.*)`))
  if (found === null) throw new Error(`SCHEMA.md has no line for ${tool}`)
  return found[1]
}

function hasPandas(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import pandas'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const python = ['/usr/bin/python3', 'python3'].find(hasPandas)
if (python === undefined)
  console.warn(
    'the pandas line is not tried: no python3 with pandas (apt-get install python3-pandas)',
  )

it.skipIf(python === undefined)('pandas reads every row, numbers exactly', () => {
  const script = `${lineOf('pandas')}; print(len(samples), repr(float(samples.score.sum())), samples.prediction.isna().all())`
  const [rows, sum, empty] = execFileSync(python as string, ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
  })
    .trim()
    .split(' ')
  expect(Number(rows)).toBe(samples.length)
  expect(Number(sum)).toBeCloseTo(
    samples.reduce((total, { score }) => total + (score ?? 0), 0),
    10,
  )
  expect(empty).toBe('True')
})

it('DuckDB reads the columns with their types', async () => {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  await connection.run(`SET file_search_path = '${folder}'`)
  const means = (await connection.runAndReadAll(lineOf('DuckDB'))).getRowObjects()
  expect(means).toHaveLength(16)
  const described = await connection.runAndReadAll(
    `DESCRIBE SELECT * FROM '${join(folder, 'samples.csv')}'`,
  )
  const types = Object.fromEntries(
    described.getRowObjects().map((row) => [row.column_name, row.column_type]),
  )
  expect(types).toMatchObject({
    network: 'VARCHAR',
    step: 'BIGINT',
    correct: 'BOOLEAN',
    score: 'DOUBLE',
  })
  connection.closeSync()
})

it('names every table and column', () => {
  const document = studySchema()
  for (const { name, columns } of studyTables) {
    expect(document).toContain(`## ${name}.csv`)
    for (const column of Object.keys(columns)) expect(document).toContain(`| ${column} |`)
  }
})

it('needs no quotes around any column in SQL', async () => {
  const connection = await (await DuckDBInstance.create()).connect()
  const reader = await connection.runAndReadAll(
    "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'",
  )
  const keywords = new Set(reader.getRows().map(([keyword]) => keyword))
  const columns = studyTables.flatMap(({ columns }) => Object.keys(columns))
  expect(columns.filter((column) => keywords.has(column))).toEqual([])
  connection.closeSync()
})
