import { readFile } from 'node:fs/promises'
import { surrogateValues } from '../confusing/noiseNull.js'
import { stream } from '../core/random.js'
import { arrayOf, decodeNpz, encodeNpz } from '../formats/npz.js'
import type { NoiseTask } from '../plan/types.js'
import { exists } from '../store/atomic.js'
import { networkPaths } from '../store/layout.js'
import { isWhole } from '../store/wholeness.js'
import { mainRows, rowScorer, thresholds } from '../study/checkpoint.js'
import { readInteractionFile } from './interactionFile.js'
import { decomposeTable } from './interactions.js'
import { stopIfAsked, withTaskLock } from './taskLock.js'
import type { TaskContext } from './types.js'
import { readEvaluatedSamples, readTables } from './valueFile.js'

/**
 * Scores of surrogates of every sample at the last checkpoint: value tables with the sample's main
 * effects and size, and no structure beyond. What a score must exceed to be more than noise.
 */
export async function noise(task: NoiseTask, context: TaskContext): Promise<void> {
  const { plan } = context
  const { surrogates } = plan.config.confusing.noiseNull
  const paths = networkPaths(context.results, task.network.id)
  const step = task.network.spec.totalSteps
  const file = paths.interactions(step, plan.noiseId)
  await withTaskLock(`${paths.lock}-noise`, context, async (lease) => {
    if (await isWhole(file)) return
    const valueFile = paths.values(step, plan.valuesId)
    const values = await readEvaluatedSamples(valueFile)
    const decompositions = await readInteractionFile(paths.interactions(step, plan.interactionsId))
    const end = { step, values, decompositions }
    const taus = thresholds(end, plan.config.analysis.salience)
    const score = rowScorer(end, taus, plan.config.confusing)
    const mains = mainRows(values).length
    const scores = new Float64Array(mains * surrogates)
    let row = 0
    for await (const table of readTables(valueFile)) {
      // The main panel comes first.
      if (row === mains) break
      const draws = stream(0, 'surrogates', String(values.sample[row]))
      for (let draw = 0; draw < surrogates; draw++) {
        stopIfAsked(context, lease)
        const surrogate = surrogateValues(table, draws.at(draw))
        const found = decomposeTable(surrogate, plan.config.analysis, values.sample[row])
        const at = row * surrogates + draw
        scores[at] = score(row, found)
        await new Promise(setImmediate)
        context.report({ done: at + 1, total: scores.length })
      }
      row++
    }
    const shape = [mains, surrogates]
    await lease.write(file, encodeNpz({ scores: { data: scores, shape } }))
  })
}

/** Surrogate scores of every sample of the main panel; undefined where there is no such file. */
export async function readSurrogateScores(path: string): Promise<Float64Array[] | undefined> {
  if (!(await exists(path))) return undefined
  const { data, shape } = arrayOf(decodeNpz(await readFile(path), path), 'scores', path)
  const [rows, surrogates] = shape
  return Array.from({ length: rows }, (_, row) =>
    (data as Float64Array).subarray(row * surrogates, (row + 1) * surrogates),
  )
}
