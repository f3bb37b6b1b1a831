/** The samples of a checkpoint that are evaluated already, so that a stopped evaluation goes on. */
import { rm } from 'node:fs/promises'
import { exists } from '../store/atomic.js'
import type { ValueTables } from '../study/types.js'
import { readValueFile, writeValueFile } from './valueFile.js'

/** Least time between two writings, so that they cost little beside the evaluation. */
const INTERVAL_MS = 30_000

const partialFile = (file: string) => `${file}.partial`

/**
 * Copies the rows of an earlier, unfinished evaluation into `tables` and returns how many there are.
 * A file that is damaged, or of other samples, players or baseline, counts for nothing.
 */
export async function restorePartial(file: string, tables: ValueTables): Promise<number> {
  if (!(await exists(partialFile(file)))) return 0
  const found = await readValueFile(partialFile(file)).catch(() => undefined)
  if (found === undefined || !isBeginning(found, tables)) return 0
  tables.values.set(found.values)
  tables.prediction.set(found.prediction)
  tables.loss.set(found.loss)
  return found.count
}

function isBeginning(part: ValueTables, whole: ValueTables): boolean {
  return (
    part.n === whole.n &&
    part.baseline === whole.baseline &&
    part.count <= whole.count &&
    part.sample.every((id, row) => id === whole.sample[row]) &&
    part.panel.every((panel, row) => panel === whole.panel[row])
  )
}

/** Keeps the first rows of `tables` now and then; `save` does so at once. */
export function partialWriter(file: string, tables: ValueTables) {
  let last = Date.now()
  const save = async (count: number): Promise<void> => {
    last = Date.now()
    await writeValueFile(partialFile(file), firstRows(tables, count))
  }
  return {
    save,
    async after(count: number): Promise<void> {
      if (Date.now() - last >= INTERVAL_MS) await save(count)
    },
  }
}

function firstRows(tables: ValueTables, count: number): ValueTables {
  return {
    n: tables.n,
    count,
    values: tables.values.subarray(0, count * 2 ** tables.n),
    sample: tables.sample.subarray(0, count),
    panel: tables.panel.subarray(0, count),
    label: tables.label.subarray(0, count),
    givenLabel: tables.givenLabel.subarray(0, count),
    prediction: tables.prediction.subarray(0, count),
    loss: tables.loss.subarray(0, count),
    baseline: tables.baseline,
  }
}

/** Removes what was kept, once the checkpoint's own file is there. */
export async function removePartial(file: string): Promise<void> {
  await rm(partialFile(file), { force: true })
}
