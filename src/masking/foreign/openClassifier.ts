/** A model from elsewhere, open and fitted to the data. */
import { atPlace, EnvironmentError, InputError, messageOf } from '../../core/errors.js'
import { sampleAt } from '../../data/rows.js'
import type { Dataset, Samples } from '../../data/types.js'
import { openForeignModel } from '../../engine/onnx/foreign.js'
import { PREDICTION_LIMIT, requireParity } from '../../engine/parity.js'
import { relativeError } from '../../engine/relativeError.js'
import type { DeviceName } from '../../engine/types.js'
import type { MaskedSample } from '../evaluation/sampleValues.js'
import type { PlacedPlayers } from '../players/configurePlayers.js'
import type { Baseline } from '../types.js'
import { type ClassOutputs, classOutputs } from './classOutputs.js'

import {
  type ForeignClassifier,
  type ForeignWishes,
  foreignClassifier,
} from './foreignEvaluator.js'
import { plainRows, probeRows } from './probe.js'

/** Training samples on which a model is tried, as they are and masked, before anything is computed. */
const PROBES = 8

/**
 * Sessions of a model that are tried on a GPU before it is refused. Some versions of cuBLAS compute one
 * session in thirty in TF32 (see deviceForms/cuda.ts), and then another one right.
 */
const TRIES = 3

/** The smallest positive normal float32. */
const SMALLEST = 2 ** -126

/** A model with the output of every class of the data; −1 where no sample is of it. */
export interface MappedClassifier extends ForeignClassifier {
  readonly outputs: Int32Array
}

/** What a model is opened for. */
interface ClassifierUse {
  readonly data: Dataset
  readonly players: PlacedPlayers
  /** Of the input; undefined where an inner tensor is masked. */
  readonly baseline: Baseline | undefined
  readonly device: DeviceName
  /** What is said of the model where it does not say it itself. */
  readonly wishes: ForeignWishes
  /** Class names in the order of the outputs. */
  readonly classes: readonly string[] | undefined
  /** Whether the data are images read in colour. */
  readonly inColour: boolean
}

/**
 * Opens a model on a device, and finds the outputs of the classes. Throws InputError when it cannot be read or does
 * not fit the data, EnvironmentError when the device computes it differently from the CPU.
 */
export async function openClassifier(file: string, use: ClassifierUse): Promise<MappedClassifier> {
  const { data, players, baseline, device, wishes, inColour } = use
  const samples = firstSamples(data.train, players.admits)
  const probe =
    baseline === undefined
      ? plainRows(samples)
      : probeRows(samples, (sample) => players.players(sample, data.shape), baseline)
  const open = async (on: DeviceName) => {
    const model = await openForeignModel(file, on)
    try {
      const { length: classes } = data.classes
      return await foreignClassifier(model, { ...data, inColour }, classes, probe, wishes)
    } catch (error) {
      await model.dispose()
      throw error
    }
  }
  const classifier = await openChecked(open, device, probe)
  try {
    const { outputs, remark } = outputsOfClasses(data, classifier, use.classes)
    const remarks = [...classifier.remarks, ...(remark === undefined ? [] : [remark])]
    if (wishes.layer !== undefined) {
      const { name } = wishes.layer
      atPlace(`${file}: "${name}"`, () => players.players(samples[0], classifier.shape))
    }
    return { ...classifier, outputs, remarks }
  } catch (error) {
    await classifier.model.dispose()
    throw error
  }
}

/** The first training samples that players can be found in. */
function firstSamples(split: Samples, admits: (input: Float32Array) => boolean): MaskedSample[] {
  const found: MaskedSample[] = []
  for (let row = 0; row < split.count && found.length < PROBES; row++) {
    const sample = sampleAt(split, row)
    if (admits(sample.input)) found.push(sample)
  }
  if (found.length > 0) return found
  throw new InputError(
    `none of ${split.count} training samples has as many words that can be players as analysis.players.count says`,
  )
}

/** Labels that some sample has. */
export function presentLabels({ classes, train, test }: Dataset): number[] {
  const parts = [train, test].flatMap(({ labels, trueLabels }) => [...labels, ...trueLabels])
  const present = new Set(parts)
  return [...classes.keys()].filter((label) => present.has(label))
}

/** The output of every class of the data; −1 where no sample is of it. */
function outputsOfClasses(
  data: Dataset,
  { model, width, outputNames: own }: ForeignClassifier,
  listed: readonly string[] | undefined,
): ClassOutputs {
  const labels = presentLabels(data)
  const classes = labels.map((label) => data.classes[label])
  const numbers = labels.map((label) => data.classNumbers?.[label] ?? label)
  const found = classOutputs({ file: model.file, classes, numbers, width, listed, own })
  const outputs = new Int32Array(data.classes.length).fill(-1)
  for (const [index, label] of labels.entries()) outputs[label] = found.outputs[index]
  // Tokens that are to follow are outputs by their ids, of which there is nothing to say.
  const areTokens = data.parts?.some(({ role }) => role === 'target') === true
  return areTokens ? { outputs } : { ...found, outputs }
}

/**
 * Opens a classifier on a device and, where that is not the CPU, compares its outputs on `probe` with the
 * CPU's: the session that is returned has been compared itself. Throws EnvironmentError when the
 * device cannot run the model, or when outputs differ by more than {@link PREDICTION_LIMIT} of the
 * largest; InputError when they are not finite on the CPU.
 */
export async function openChecked(
  open: (device: DeviceName) => Promise<ForeignClassifier>,
  device: DeviceName,
  probe: Float32Array,
): Promise<ForeignClassifier> {
  const trusted = await open('cpu')
  if (device === 'cpu') return trusted
  const { file } = trusted.model
  try {
    const expected = await comparable(trusted, probe)
    if (!expected.every(Number.isFinite)) {
      throw new InputError(
        `${file}: outputs on training samples are not finite, which leaves nothing to hold ${device} against; ` +
          'use --device cpu',
      )
    }
    for (let left = TRIES - 1; ; left--) {
      const [classifier, outputs] = await openAndRun(open, device, file, probe)
      const error = relativeError(outputs, expected)
      if (error <= PREDICTION_LIMIT) return classifier
      await classifier.model.dispose()
      if (left === 0) requireParity(error, PREDICTION_LIMIT, device, file)
    }
  } finally {
    await trusted.model.dispose()
  }
}

/** Opens a model that ran on the CPU on another device, and what it gives there. */
async function openAndRun(
  open: (device: DeviceName) => Promise<ForeignClassifier>,
  device: DeviceName,
  file: string,
  probe: Float32Array,
): Promise<[ForeignClassifier, Float32Array]> {
  let classifier: ForeignClassifier | undefined
  try {
    classifier = await open(device)
    return [classifier, await comparable(classifier, probe)]
  } catch (cause) {
    await classifier?.model.dispose()
    throw new EnvironmentError(
      `the device ${device} cannot run ${file}, which the CPU can: ${messageOf(cause)}; use --device cpu`,
      { cause, context: { device } },
    )
  }
}

/** Outputs, as logarithms where they are probabilities: an error in a logit hides in one that is near 1. */
async function comparable(
  { classify, reading }: ForeignClassifier,
  probe: Float32Array,
): Promise<Float32Array> {
  const outputs = await classify(probe)
  return reading.kind !== 'logits' ? outputs.map((p) => Math.log(Math.max(p, SMALLEST))) : outputs
}
