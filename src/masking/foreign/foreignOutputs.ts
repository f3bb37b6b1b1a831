/** What the outputs of a model from elsewhere are: logits, or probabilities of which kind. */

import type { AnalysisConfig } from '../../config/analysis.js'
import type { outputKinds } from '../../config/modelWords.js'
import { InputError } from '../../core/errors.js'
import type { OutputOrigin } from '../../engine/onnx/outputOrigin.js'
import { type Output, parseOutput, roundedClamp } from '../evaluation/output.js'
import { keyAndOption } from './tellNetwork.js'

/**
 * - `logits`         log-odds come from their softmax; a single one is the logit of class 1
 * - `probabilities`  of classes that exclude each other, adding up to 1; a single one is that of class 1
 * - `sigmoids`       each a probability of its own
 */
type OutputKind = (typeof outputKinds)[number]

/** What the user says of the outputs: a kind, or `shares`: `probabilities` or `sigmoids`, whichever they look like. */
export type WantedKind = OutputKind | 'shares'

/** How outputs are read, and what has to be said of it. */
export interface OutputReading {
  readonly kind: OutputKind
  /** Whether only values tell, so that others than those seen may contradict it. */
  readonly byValues: boolean
  /** A line each, without the name of the model. */
  readonly remarks: readonly string[]
}

/** The outputs of some samples, and where they come from. */
interface SeenOutputs {
  /** Named in messages: `model.onnx: output z`. */
  readonly place: string
  /** [count, width]. */
  readonly values: Float32Array
  readonly width: number
  readonly origin: OutputOrigin
}

/** What rounding leaves outside [0, 1]: means over trees in float32, and what was stored in few bits. */
const SLACK = { exact: 1e-5, rounded: 0.02 }
/** How far sums of probabilities may be from 1: a softmax in float32. */
const SUM_SLACK = 2e-3
/** Half a step of int8 from 0 to 1, which every class may add. */
const STEP = 2 ** -8

/**
 * Reads outputs by the operator that makes them, by their values where it leaves that open, or as the user
 * says (docs/faq.md, "What does analyze assume"). Throws InputError where they cannot be what the graph or the user
 * says, or are no scores at all.
 */
export function readOutputs(seen: SeenOutputs, wanted?: WantedKind): OutputReading {
  const reading = wanted === undefined ? asSeen(seen) : asTold(seen, wanted)
  if (reading.kind === 'logits') return reading
  const rough = seen.origin.rounded ? [ROUNDED] : isNearOne(seen, reading) ? [NEAR_ONE] : []
  return { ...reading, remarks: [...reading.remarks, ...rough] }
}

/** Probabilities beyond it have log-odds that float32 tells to less than three digits after the point. */
const CLOSE_TO_ONE = 1 - 2 ** -14

/** Whether 1 − p is known from p alone, and p is near 1; of the classes of a softmax it is the sum of the others. */
function isNearOne({ values, width, origin }: SeenOutputs, { kind }: OutputReading): boolean {
  if (kind === 'probabilities' && width > 1 && origin.nature === 'softmax') return false
  return values.some((value) => value > CLOSE_TO_ONE)
}

const NEAR_ONE =
  'gives probabilities next to 1, of which float32 keeps few digits: log-odds of 10 are known to 0.001, of 15 to 0.1, of 17 not at ' +
  'all; better export logits'

const ROUNDED =
  'rounds its probabilities to few bits (int8), so that log-odds of those near 0 and 1 are rough, and those ' +
  `rounded to 0 or 1 have none: better export logits; otherwise analysis.clamp bounds v: ${roundedClamp}`

function asSeen(seen: SeenOutputs): OutputReading {
  const { place, width, origin } = seen
  const { nature, operator } = origin
  const shares = areShares(seen)
  switch (nature) {
    case 'decision':
      throw new InputError(
        `${place} comes from ${operator}: it is a decision rather than a score; choose or export an output of logits ` +
          'or probabilities',
      )
    case 'log-sigmoid':
      throw new InputError(
        `${place} has logarithms of probabilities that do not add up to 1, from which no log-odds follow; export ` +
          'the model without the logarithm',
      )
    case 'log-softmax':
      if (width > 1) return read('logits')
      throw new InputError(
        `${place} is the logarithm of one probability; export the probability itself`,
      )
    case 'softmax':
      if (!shares) break
      if (width > 1 && addUp(seen)) return read('probabilities')
      throw new InputError(
        `${place} comes from ${operator}, but the ${width} values of a sample ${sumsOf(seen)}: it runs over another ` +
          'axis than that of the classes',
      )
    case 'sigmoid':
      if (!shares) break
      return width === 1 || addUp(seen) ? read('probabilities') : read('sigmoids')
  }
  if (!shares) return read('logits', ...scoreRemarks(seen))
  return { ...byValues(seen), byValues: true }
}

const read = (kind: OutputKind, ...remarks: string[]): OutputReading => ({
  kind,
  byValues: false,
  remarks,
})

const SIGMOIDS =
  'gives a probability for each class by itself (they do not add up to 1): v is log(p/(1 − p)) of the label’s own ' +
  'output, the loss −log p of it, and the prediction the largest'

/** Activations whose values are neither logits nor probabilities, which are said. */
const bounded = ['Tanh', 'Softsign', 'Relu', 'Softplus', 'Exp', 'Elu', 'LeakyRelu']

/** What values between 0 and 1 look like. */
function byValues(seen: SeenOutputs): OutputReading {
  const { width, origin } = seen
  const { nature, operator } = origin
  const end =
    nature === 'unknown' ? 'its graph does not tell' : `it ends in ${operator}, which does not tell`
  if (width > 1 && addUp(seen)) {
    return read(
      'probabilities',
      `was read by its values, which lie between 0 and 1 and add up to 1 (${end} whether they are probabilities); if ` +
        `they are logits: ${keyAndOption('outputKind', 'logits')}`,
    )
  }
  if (width > 1) {
    return read(
      'logits',
      `was read as logits, but its values on training samples lie between 0 and 1 (${end} what they are); if each is ` +
        `a probability of its own: ${keyAndOption('outputKind', 'sigmoids')}, if they are shares of a whole: probabilities`,
    )
  }
  return nature === 'unknown'
    ? read(
        'probabilities',
        'was read by its values, which lie between 0 and 1, since its graph does not tell whether they are ' +
          `probabilities; if they are logits: ${keyAndOption('outputKind', 'logits')}, or analysis.output: binary-v0`,
      )
    : read(
        'logits',
        'was read as a logit, but its values on training samples lie between 0 and 1, and it has no Sigmoid at its ' +
          `end; if they are probabilities: ${keyAndOption('outputKind', 'probabilities')}, or analysis.output: prob-log-odds-v0`,
      )
}

/** What is said of scores that are taken for logits and may be none. */
function scoreRemarks(seen: SeenOutputs): string[] {
  const { width, values } = seen
  const { nature, operator } = seen.origin
  if (operator === 'SVMClassifier' || operator === 'SVMRegressor') {
    return [
      'gives scores of a support vector machine, which count as logits though they are distances; for probabilities ' +
        'export a model with them (probability=True)',
    ]
  }
  if (isConstantSum(seen)) {
    return [
      `has values that ${sumsOf(seen)} for every sample, as percentages do, and counts as logits all the same: divide them by that in the graph where ` +
        'they are shares of a whole',
    ]
  }
  const mirrored =
    width === 2 && values.every((value, at) => value === -values[at % 2 === 0 ? at + 1 : at - 1])
  if (mirrored) {
    return [
      'gives s and −s for the two classes: v is their difference 2s; if s itself is the logit, set ' +
        'analysis.temperature to 2',
    ]
  }
  if (nature !== 'other' || operator === undefined || !bounded.includes(operator)) return []
  return [`ends in ${operator}; its values count as logits`]
}

function asTold(seen: SeenOutputs, wanted: WantedKind): OutputReading {
  const { place, width, origin } = seen
  const { nature, operator } = origin
  const isProbability = ['softmax', 'sigmoid'].includes(nature)
  if (wanted === 'logits') {
    return isProbability && areShares(seen)
      ? read(
          'logits',
          `ends in ${operator}, which gives probabilities, but is read as logits, as was asked for`,
        )
      : read('logits')
  }
  if (!areShares(seen, SLACK.rounded)) {
    throw new InputError(
      `${place}: analysis.output prob-log-odds and ${keyAndOption('outputKind')} probabilities or sigmoids need values between 0 and 1, ` +
        'but these are not; use log-odds',
    )
  }
  const sums = width === 1 || addUp(seen)
  const kind = wanted !== 'shares' ? wanted : sums ? 'probabilities' : 'sigmoids'
  const remarks: string[] = []
  if (['log-softmax', 'log-sigmoid', 'decision'].includes(nature)) {
    remarks.push(`ends in ${operator}, but is read as ${kind}, as was asked for`)
  }
  if (kind === 'probabilities' && !sums) {
    remarks.push(`is read as probabilities, as was asked for, though they ${sumsOf(seen)}`)
  }
  return read(width === 1 ? 'probabilities' : kind, ...remarks)
}

/** Whether all values lie in [0, 1] but for rounding. */
function areShares({ values, origin }: SeenOutputs, slack?: number): boolean {
  const allowed = slack ?? (origin.rounded ? SLACK.rounded : SLACK.exact)
  return values.every((value) => value >= -allowed && value <= 1 + allowed)
}

/** Whether the values of every sample add up to 1 but for rounding. */
function addUp(seen: SeenOutputs): boolean {
  const allowed = SUM_SLACK + (seen.origin.rounded ? seen.width * STEP : 0)
  return sums(seen).every((sum) => Math.abs(sum - 1) <= allowed)
}

/** Whether no value is negative, and those of every sample add up to the same, which is not 0. */
function isConstantSum(seen: SeenOutputs): boolean {
  const all = sums(seen)
  const isWhole = seen.width > 1 && seen.values.every((value) => value >= 0) && all[0] > 0
  return isWhole && all.every((sum) => Math.abs(sum - all[0]) <= SUM_SLACK * all[0])
}

function sums({ values, width }: SeenOutputs): number[] {
  return Array.from({ length: values.length / width }, (_, row) =>
    values.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0),
  )
}

function sumsOf(seen: SeenOutputs): string {
  const all = sums(seen)
  const [least, most] = [Math.min(...all), Math.max(...all)].map((sum) => sum.toPrecision(3))
  return least === most ? `add up to ${least}` : `add up to ${least} to ${most}`
}

/**
 * Throws InputError, saying how to read them otherwise, when outputs that were taken for probabilities by a few
 * values turn out to be none. `place` names the model.
 */
export function checkReading(
  place: string,
  { kind, byValues }: OutputReading,
  values: Float32Array,
): void {
  if (!byValues || kind === 'logits') return
  const found = values.find((value) => value < -SLACK.rounded || value > 1 + SLACK.rounded)
  if (found === undefined) return
  throw new InputError(
    `${place}: outputs on training samples lie between 0 and 1 and were read as probabilities, but here one is ` +
      `${found}: say what they are: ${keyAndOption('outputKind', 'logits')}`,
  )
}

/** What an output that is asked for says of the values it needs; undefined if it takes all. */
export function wantedKind(output: AnalysisConfig['output']): WantedKind | undefined {
  if (output.startsWith('prob-log-odds')) return 'shares'
  return output.startsWith('binary') || output.startsWith('logit') ? 'logits' : undefined
}

/**
 * The scalar output of a model whose outputs are read so: the configured one, except where the log-odds of logits
 * are asked for and the model gives probabilities (a softmax or sigmoid is part of it) or one logit (a binary
 * head): then it is the same log-odds, computed from those. `assume` is told, and of what was remarked in reading.
 * Throws InputError where kind and output contradict each other, or a temperature is asked for and there are no
 * logits to divide.
 */
export function foreignOutput(
  analysis: Pick<AnalysisConfig, 'output' | 'temperature' | 'clamp'>,
  {
    file,
    reading: { kind, remarks },
    width,
  }: { readonly file: string; readonly reading: OutputReading; readonly width: number },
  assume: (message: string) => void,
): Output {
  const wanted = parseOutput(analysis.output, analysis.temperature, analysis.clamp)
  const isShares = wanted.kind === 'prob-log-odds'
  if (kind === 'logits' ? isShares : wanted.kind !== 'log-odds' && !isShares) {
    throw new InputError(
      `${file}: analysis.output ${analysis.output} needs ${isShares ? 'probabilities' : 'logits'}, but ${keyAndOption('outputKind')} says ${kind}; use log-odds`,
    )
  }
  if (kind !== 'logits' && wanted.temperature !== 1) {
    throw new InputError(
      `${file} gives probabilities, but analysis.temperature ${wanted.temperature} divides logits; ` +
        'set it to 1, or export the model without its softmax or sigmoid',
    )
  }
  const { output, line } = outputFor(wanted, kind, width)
  for (const said of [...(line === undefined ? [] : [line]), ...remarks]) assume(`${file} ${said}`)
  return output
}

/** The output for a kind of values, and what is said where it is not the one that is asked for. */
function outputFor(
  wanted: Output,
  kind: OutputKind,
  width: number,
): { readonly output: Output; readonly line?: string } {
  if (kind === 'sigmoids')
    return { output: { ...wanted, kind: 'sigmoid-log-odds' }, line: SIGMOIDS }
  if (kind === 'probabilities') {
    if (wanted.kind === 'prob-log-odds') return { output: wanted }
    const of = width === 1 ? ', and its one output is that of class 1' : ''
    return {
      output: { ...wanted, kind: 'prob-log-odds' },
      line: `gives probabilities: v is their log-odds (output prob-log-odds)${of}`,
    }
  }
  if (wanted.kind !== 'log-odds' || width > 1) return { output: wanted }
  return {
    output: { ...wanted, kind: 'binary' },
    line: 'has one output: its sign by the label is v (output binary), the logit of class 1',
  }
}
