/** Accuracies that show that a network knows nothing of the samples, or that one from elsewhere was misunderstood. */
import { percent } from '../core/numberWords.js'
import { belowChance, isAtChance } from '../metrics/chance.js'
import type { DataInfo } from '../plan/types.js'
import { mainRows } from './checkpoint.js'
import type { KeptAnalysis } from './network.js'

/** Difference between the accuracies of two networks of one study that is worth a question. */
const FAR_APART = 0.4

/** Networks that a warning lists. */
const LISTED = 4

/** What of the data tells how many answers were right. */
type DataSizes = Pick<DataInfo, 'classes' | 'trainCount' | 'testCount'>

/**
 * Networks that are right no more often than by chance; and those from elsewhere that are right less often, or else are far
 * apart, a line each.
 */
export function accuracyWarnings(analyses: readonly KeptAnalysis[], data: DataSizes): string[] {
  const all = analyses.flatMap((analysis) => {
    const { network } = analysis
    const answers = answersOnAll(analysis, data) ?? answersOnPanel(analysis)
    return answers === undefined ? [] : [{ name: network.name, origin: network.origin, ...answers }]
  })
  return [...atChance(all, data.classes), ...ofGiven(all, data.classes)]
}

type NamedAnswers = Answers & Pick<KeptAnalysis['network'], 'name' | 'origin'>

function atChance(answers: readonly NamedAnswers[], classes: number): string[] {
  const found = answers.filter(
    ({ name, origin, right, count }) =>
      isAtChance(right, count, classes) &&
      (origin === 'trained' || belowChance(name, right, count, classes) === undefined),
  )
  if (found.length === 0) return []
  const listed = found.map(({ name, right, count }) => `${name} on ${right} of ${count}`)
  const names = listed.slice(0, LISTED).join(', ') + (listed.length > LISTED ? ', …' : '')
  const number = `${found.length} of ${answers.length} networks ${found.length === 1 ? 'is' : 'are'}`
  return [
    `${number} right on no more samples than guessing (${percent(1 / classes)} for ${classes} classes): ${names}; their scores tell nothing of ` +
      'what is learnt: look at the training losses, train longer or otherwise, or look whether labels and classes are as meant',
  ]
}

function ofGiven(answers: readonly NamedAnswers[], classes: number): string[] {
  const given = answers.filter(({ origin }) => origin === 'given')
  const found = given.flatMap(
    ({ name, right, count }) => belowChance(name, right, count, classes) ?? [],
  )
  if (found.length > 0 || given.length < 2) return found
  const byAccuracy = given
    .map(({ name, right, count }) => ({ name, accuracy: right / count }))
    .sort((a, b) => b.accuracy - a.accuracy)
  const [best, worst] = [byAccuracy[0], byAccuracy[byAccuracy.length - 1]]
  if (best.accuracy - worst.accuracy < FAR_APART) return []
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
  { curve, network }: KeptAnalysis,
  { trainCount, testCount }: DataSizes,
): Answers | undefined {
  const end = curve[curve.length - 1]
  const isOfOthers = network.origin === 'given' && network.curveFile !== undefined
  if (isOfOthers || end === undefined) return undefined
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
