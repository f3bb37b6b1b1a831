import { schemaVersion, studyTables } from './tables.js'

/** SCHEMA.md of a study: every table and column, and how to read them. */
export function schemaDocument(): string {
  const sections = studyTables.map(({ name, description, columns }) => {
    const rows = Object.entries(columns).map(
      ([column, { type, description: meaning }]) =>
        `| ${column} | ${type} | ${meaning.replaceAll('|', '\\|')} |`,
    )
    return `## ${name}.csv\n\n${description}\n\n| column | type | meaning |\n|---|---|---|\n${rows.join('\n')}\n`
  })
  return `# Tables of this study (schema version ${schemaVersion})

UTF-8 CSV, long form: one row per observation. Decimals have a point, numbers read back exactly, an
empty cell is a missing value, rows are in a stable order and there is no index column. Names out of
the data (features, words) stand as they are there; where one begins with =, +, - or @, import the file
into a spreadsheet as text, or it is taken for a formula.

    pandas: import pandas as pd; samples = pd.read_csv("samples.csv")
    DuckDB: SELECT network, step, avg(score) FROM 'samples.csv' GROUP BY ALL;

${sections.join('\n')}`
}
