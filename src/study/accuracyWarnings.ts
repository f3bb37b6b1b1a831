/** Accuracies that show that a network from elsewhere was misunderstood. */
import { belowChance } from '../metrics/chance.js'
import type { DataInfo, GivenNetwork } from '../plan/types.js'
import { mainRows } from './checkpoint.js'
import type { KeptAnalysis } from './network.js'

/** Difference between the accuracies of two networks of one study that is worth a question. */
const FAR_APART = 0.4

/** What of the data tells how many answers were right. */
type DataSizes = Pick<DataInfo, 'classes' | 'trainCount' | 'testCount'>

/** Networks from elsewhere that are right less often than by chance, or else are far apart, a line each. */
export function accuracyWarnings(analyses: readonly KeptAnalysis[], data: DataSizes): string[] {
  const given = analyses.flatMap((analysis) => {
    const { network } = analysis
    if (network.origin !== 'given') return []
    const answers = answersOnAll(analysis, network, data) ?? answersOnPanel(analysis)
    return answers === undefined ? [] : [{ name: network.name, ...answers }]
  })
  const found = given.flatMap(
    ({ name, right, count }) => belowChance(name, right, count, data.classes) ?? [],
  )
  if (found.length > 0 || given.length < 2) return found
  const byAccuracy = given
    .map(({ name, right, count }) => ({ name, accuracy: right / count }))
    .sort((a, b) => b.accuracy - a.accuracy)
  const [best, worst] = [byAccuracy[0], byAccuracy[byAccuracy.length - 1]]
  if (best.accuracy - worst.accuracy < FAR_APART) return []
  const percent = (accuracy: number) => `${(100 * accuracy).toFixed(1)}%`
  return [
    `${best.name} is right on ${percent(best.accuracy)} of the samples and ${worst.name} on ${percent(worst.accuracy)}: do their outputs ` +
      'mean the same classes in the same order, and do they take the same preprocessing?',
  ]
}

/** On how many samples a network is right at the end, of how many. */
interface Answers {
  readonly right: number
  readonly count: number
}

/** Of all training and test samples; undefined where these were not measured here: a curve that is given may be of others. */
function answersOnAll(
  { curve }: KeptAnalysis,
  { curveFile }: GivenNetwork,
  { trainCount, testCount }: DataSizes,
): Answers | undefined {
  const end = curve[curve.length - 1]
  if (curveFile !== undefined || end === undefined) return undefined
  const right = Math.round(end.trainAccuracy * trainCount + end.testAccuracy * testCount)
  return { right, count: trainCount + testCount }
}

/** Of the analysed samples; undefined where predictions are not known. */
function answersOnPanel({ checkpoints }: KeptAnalysis): Answers | undefined {
  const { values } = checkpoints[checkpoints.length - 1]
  const rows = mainRows(values)
  if (rows.some((row) => values.prediction[row] < -1)) return undefined
  const right = rows.filter((row) => values.prediction[row] === values.givenLabel[row]).length
  return { right, count: rows.length }
}
