/** Writes SCHEMA.md, which lies beside the tables and explains their columns. */
import type { Table } from './table.js'
import { schemaVersion, studyTables } from './tables.js'

/** Tables that a folder has. */
interface DescribedTables {
  readonly title: string
  readonly tables: readonly Table[]
  /** A table to show the reading with, and a question to it in SQL. */
  readonly example: { readonly table: string; readonly question: string }
}

/** SCHEMA.md of a study. */
export function studySchema(): string {
  return schemaDocument({
    title: `Tables of this study (schema version ${schemaVersion})`,
    tables: studyTables,
    example: { table: 'samples', question: 'SELECT network, step, avg(score)' },
  })
}

/** SCHEMA.md: every table and column, and how to read them. */
export function schemaDocument({ title, tables, example }: DescribedTables): string {
  const { table, question } = example
  const sections = tables.map(({ name, description, columns }) => {
    const rows = Object.entries(columns).map(
      ([column, { type, description: meaning }]) =>
        `| ${column} | ${type} | ${meaning.replaceAll('|', '\\|')} |`,
    )
    return `## ${name}.csv\n\n${description}\n\n| column | type | meaning |\n|---|---|---|\n${rows.join('\n')}\n`
  })
  return `# ${title}

UTF-8 CSV, long form: one row per observation. Decimals have a point, numbers read back exactly, an
empty cell is a missing value, rows are in a stable order and there is no index column. Names out of
the data (features, words) stand as they are there; where one begins with =, +, - or @, import the file
into a spreadsheet as text, or it is taken for a formula.

    pandas: import pandas as pd; ${table} = pd.read_csv("${table}.csv", float_precision="round_trip")
            (from pandas 3.1 on without float_precision, which it warns of: numbers are read exactly by themselves)
    DuckDB: ${question} FROM '${table}.csv' GROUP BY ALL;

${sections.join('\n')}`
}
