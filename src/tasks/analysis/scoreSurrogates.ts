import { readInteractionFile } from '../../artifacts/interactionFile.js'
import { readEvaluatedSamples, readTables } from '../../artifacts/valueFile.js'
import { surrogateValues } from '../../confusing/noiseNull.js'
import { stream } from '../../core/random.js'
import { checkArrays } from '../../formats/expectedArrays.js'
import { decodeNpz, encodeNpz } from '../../formats/npz.js'
import type { NoiseTask } from '../../plan/types.js'
import { lockBeside, networkPaths } from '../../store/layout.js'
import { isStored, readStored } from '../../store/stored.js'
import { mainRows, rowScorer, thresholds } from '../../study/checkpoint.js'
import { surrogateScoresOutput } from '../state/outputs.js'
import { stopIfAsked, withTaskLock } from '../state/taskLock.js'
import type { TaskContext } from '../types.js'
import { decomposeTable } from './interactions.js'

/**
 * Scores of surrogates of every sample at the last checkpoint: value tables with the sample's main
 * effects and size, and no structure beyond. What a score must exceed to be more than noise.
 */
export async function scoreSurrogates(task: NoiseTask, context: TaskContext): Promise<void> {
  const { plan } = context
  const { surrogates } = plan.config.confusing.noiseNull
  const paths = networkPaths(context.results, task.network.id)
  const step = task.network.spec.totalSteps
  await withTaskLock(lockBeside(paths.noise(step, plan.noiseId)), context, async (lease) => {
    const { path: file, from } = await surrogateScoresOutput(task.network, context)
    if (await isStored(file, 'content', from)) return
    const valueFile = paths.values(step, plan.valuesId)
    const values = await readEvaluatedSamples(valueFile)
    const decompositions = await readInteractionFile(
      paths.interactions(step, plan.interactionsId),
      values,
    )
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
    await lease.write(file, encodeNpz({ scores: { data: scores, shape } }), from)
  })
}

/**
 * Surrogate scores, so many a sample, of every sample of the main panel; undefined where there are none yet. Throws
 * InputError when the file is damaged.
 */
export async function readSurrogateScores(
  path: string,
  samples: number,
  surrogates: number,
): Promise<Float64Array[] | undefined> {
  const bytes = await readStored(path)
  if (bytes === undefined) return undefined
  const arrays = decodeNpz(bytes, path)
  checkArrays(arrays, { scores: { dtype: '<f8', shape: [samples, surrogates] } }, path)
  const scores = arrays.scores.data as Float64Array
  return Array.from({ length: samples }, (_, row) =>
    scores.subarray(row * surrogates, (row + 1) * surrogates),
  )
}
