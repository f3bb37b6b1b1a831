/** The notebook's cells, run in order on made-up tables with the Python that there is. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { toCsv } from '../tables/table.js'
import { networksTable, ordersTable } from '../tables/tables.js'
import { exampleStudy } from './testing/exampleStudy.js'

const python = ['/usr/bin/python3', 'python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import pandas, matplotlib'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})
if (python === undefined)
  console.warn('the notebook is not run: no python3 with pandas and matplotlib')

it.skipIf(python === undefined)('the notebook reads a study and draws bars', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lowlayer-notebook-'))
  try {
    const { networks, orders } = exampleStudy().tables
    writeFileSync(join(folder, 'networks.csv'), toCsv(networksTable, networks))
    writeFileSync(join(folder, 'orders.csv'), toCsv(ordersTable, orders))
    const notebook = JSON.parse(readFileSync('experiments/redraw-a-figure.ipynb', 'utf8')) as {
      cells: { cell_type: string; source: string[] }[]
    }
    const code = notebook.cells
      .filter(({ cell_type }) => cell_type === 'code')
      .map(({ source }) => source.join(''))
    const script = `${code.join('\n')}\nprint(sum(len(axis.patches) for axis in figure.axes))`
    const output = execFileSync(python as string, ['-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, STUDY: folder, MPLBACKEND: 'agg', MPLCONFIGDIR: folder },
    })
    // Two groups, four orders, two signs.
    expect(output.trim().split('\n').at(-1)).toBe('16')
    expect(existsSync(join(folder, 'strength-by-order.pdf'))).toBe(true)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
