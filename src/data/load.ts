import type { DataConfig } from '../config/data.js'
import { InputError } from '../core/errors.js'
import { firstNames } from '../core/firstNames.js'
import { limits } from '../core/limits.js'
import { nearestName } from '../core/nearest.js'
import { requireAtMost } from '../core/requireAtMost.js'
import { sizeOf } from '../core/tensor.js'
import { fingerprintOf } from './fingerprint.js'
import { withLabelNoise } from './labelNoise.js'
import type { DataContext } from './paths.js'
import type { RawData } from './raw.js'
import { openSource } from './sources.js'
import { type Standardization, standardizationOf, standardizeInPlace } from './standardize.js'
import {
  quotas,
  rowsInOrder,
  shuffledClasses,
  splitPool,
  takeFirst,
  USUALLY_HELD_OUT,
} from './subset.js'
import type { Dataset, RowPart, Samples } from './types.js'

/**
 * Loads what `data` of a configuration describes: opens the source, takes the classes and subsets
 * asked for, replaces labels, standardises. The same configuration and files give the same data set,
 * bit for bit.
 *
 * Throws InputError for wrong files and impossible wishes, EnvironmentError for a named data set that
 * is not on this machine.
 */
export async function loadDataset(data: DataConfig, context: DataContext): Promise<Dataset> {
  const raw = withClasses(await openSource(data, context), data.classes)
  const rows = chooseRows(raw, data)
  checkSize(raw.shape, rows.train.length, 'train')
  checkSize(raw.shape, rows.test.length, 'test')
  const { train, test, held, vocabulary, assumptions = [] } = await raw.read(rows.train, rows.test)
  const source = 'path' in data && data.path !== undefined ? `${data.path}: ` : ''
  const nameOf = (cell: number) => raw.features?.[cell] ?? `value ${cell}`
  checkFinite(train, { rows: rows.train, split: 'train', source, nameOf })
  checkFinite(test, { rows: rows.test, split: 'test', source, nameOf })
  if (held !== undefined) {
    const nameOf = (cell: number) => heldName(raw.held ?? [], cell)
    checkFinite(held.train, { rows: rows.train, split: 'train', source, nameOf })
    checkFinite(held.test, { rows: rows.test, split: 'test', source, nameOf })
  }
  const standardization = chosenStandardization(
    'standardize' in data && data.standardize,
    train,
    raw,
  )
  if (standardization !== undefined) {
    standardizeInPlace(train, raw.shape, raw.kind, standardization)
    standardizeInPlace(test, raw.shape, raw.kind, standardization)
  }
  const trueTrain = rows.train.map((row) => raw.trainLabels[row])
  const trueTest = rows.test.map((row) => (raw.testLabels ?? raw.trainLabels)[row])
  const { labelNoise, labelNoiseTo, seed } = data
  const given = withLabelNoise(trueTrain, raw.classes.length, labelNoise, seed, labelNoiseTo)
  const described = {
    kind: raw.kind,
    shape: raw.shape,
    parts: raw.parts,
    held: raw.held,
    classes: raw.classes,
    features: raw.features,
    vocabulary,
    standardization,
    train: samples(train, given, trueTrain, rows.train, held?.train),
    test: samples(test, trueTest, trueTest, rows.test, held?.test),
  }
  return {
    source: data.source,
    ...described,
    axisOrder: raw.axisOrder,
    classNumbers: raw.classNumbers,
    assumptions: [...(raw.assumptions ?? []), ...splitAssumptions(raw, data, rows), ...assumptions],
    fingerprint: fingerprintOf(described),
  }
}

/** That test samples were taken out of the only part there is, where the configuration does not say how many. */
function splitAssumptions(
  { testLabels }: RawData,
  data: DataConfig,
  rows: { readonly train: Int32Array; readonly test: Int32Array },
): string[] {
  if (testLabels !== undefined || (data.train !== 'all' && data.test !== 'all')) return []
  if (heldOutOf(data) !== undefined) return []
  const held = rows.test.length
  const all = rows.train.length + held
  const by = selects(data) === 'first' ? 'the last ones' : 'drawn by data.seed'
  const remedy =
    data.train === 'all' && data.test === 'all'
      ? `; data.heldOut: ${USUALLY_HELD_OUT} is this share`
      : data.test === 'all'
        ? '; data.test says how many'
        : ''
  return [
    `the data have no test samples of their own: ${held} of ${all} are held out as such and not trained on (${by}${remedy})`,
  ]
}

/** The share that is said to be held out, of sources that may have no test samples of their own. */
function heldOutOf(data: DataConfig): number | undefined {
  return 'heldOut' in data ? data.heldOut : undefined
}

/** Made-up data have no order of which there would be first ones. */
function selects(data: DataConfig): 'random' | 'first' {
  return 'select' in data ? data.select : 'random'
}

/** That of the training samples, the one that is written, or none. Throws InputError where numbers do not fit. */
function chosenStandardization(
  asked: boolean | Standardization,
  train: Float32Array,
  { shape, kind }: RawData,
): Standardization | undefined {
  if (asked === false) return undefined
  if (asked === true) return standardizationOf(train, shape, kind)
  const groups = shape[0]
  const spread = (values: readonly number[], key: string) => {
    if (values.length === groups) return values
    if (values.length === 1) return new Array<number>(groups).fill(values[0])
    const what = kind === 'image' ? 'channels' : 'features'
    throw new InputError(
      `data.standardize.${key} has ${values.length} numbers, but samples have ${groups} ${what}`,
    )
  }
  return { mean: spread(asked.mean, 'mean'), std: spread(asked.std, 'std') }
}

function samples(
  inputs: Float32Array,
  labels: Int32Array,
  trueLabels: Int32Array,
  ids: Int32Array,
  held?: Float32Array,
): Samples {
  const rows = { count: ids.length, inputs, labels, trueLabels, ids }
  return held === undefined ? rows : { ...rows, held }
}

/** The source with some of its classes only, numbered as listed; other rows get label −1. */
function withClasses(raw: RawData, wanted: readonly (string | number)[] | undefined): RawData {
  if (wanted === undefined) return raw
  const chosen = wanted.map((name) => classNumber(raw.classes, name))
  const renumber = new Int32Array(raw.classes.length).fill(-1)
  for (const [position, c] of chosen.entries()) {
    if (renumber[c] !== -1) throw new InputError(`data.classes lists "${raw.classes[c]}" twice`)
    renumber[c] = position
  }
  const relabel = (labels: Int32Array) => labels.map((label) => renumber[label])
  return {
    ...raw,
    classes: chosen.map((c) => raw.classes[c]),
    classNumbers: chosen,
    trainLabels: relabel(raw.trainLabels),
    ...(raw.testLabels === undefined ? {} : { testLabels: relabel(raw.testLabels) }),
  }
}

/** Names that a message lists. */
const LISTED = 12

/**
 * A class by its name; numbers are names too, and never positions. Throws InputError where there is none, or where
 * a number could be several.
 */
function classNumber(classes: readonly string[], name: string | number): number {
  const named = classes.indexOf(String(name))
  const padded =
    typeof name === 'number'
      ? classes.find((each) => /^0\d+$/.test(each) && Number(each) === name)
      : undefined
  if (named !== -1 && padded === undefined) return named
  const hint =
    padded === undefined
      ? `did you mean "${nearestName(String(name), classes)}"?`
      : `for "${padded}" write it in quotes: YAML reads ${padded} as the number ${name}`
  const what = named === -1 ? `there is no class "${name}"` : `${name} may be two classes`
  throw new InputError(`data.classes: ${what} (${hint}); there are ${firstNames(classes, LISTED)}`)
}

function chooseRows(raw: RawData, data: DataConfig): { train: Int32Array; test: Int32Array } {
  const { seed, train, test } = data
  const { isPooled = false } = raw
  const inOrder = selects(data) === 'first'
  const heldOut = heldOutOf(data)
  if (heldOut !== undefined && raw.testLabels !== undefined) {
    throw new InputError(
      'data.heldOut: the data have test samples of their own, so that none need be held out; leave it away',
    )
  }
  const balance = 'balance' in data && !inOrder ? data.balance : 'proportional'
  const classes = isPooled || inOrder ? ['any'] : raw.classes
  const queues = (labels: Int32Array, pool: string) =>
    inOrder
      ? rowsInOrder(labels)
      : shuffledClasses(
          isPooled ? labels.map((c) => Math.min(c, 0)) : labels,
          classes.length,
          seed,
          'subset',
          pool,
        )
  const trainClasses = queues(raw.trainLabels, 'train')
  const chosen =
    raw.testLabels === undefined
      ? splitPool(trainClasses, train, test, balance, classes, heldOut)
      : {
          train: pick(trainClasses, train),
          test: pick(queues(raw.testLabels, 'test'), test, 'test'),
        }
  for (const split of ['train', 'test'] as const) {
    if (chosen[split].length === 0) throw new InputError(`data.${split}: the source has no samples`)
  }
  return chosen

  function pick(pools: readonly Int32Array[], count: number | 'all', split = 'train'): Int32Array {
    const available = pools.map((rows) => rows.length)
    return takeFirst(pools, quotas(available, count, balance, classes, `data.${split}`))
  }
}

/** Throws InputError where samples hold nothing, or all of a split would not fit into memory. */
function checkSize(shape: readonly number[], count: number, split: 'train' | 'test'): void {
  const said = `inputs [${shape.join(', ')}]`
  if (shape.includes(0)) throw new InputError(`the ${split} split has ${said}, which hold nothing`)
  const what = `numbers of ${count} ${said} of the ${split} split`
  requireAtMost(
    count * sizeOf(shape),
    limits.inputNumbers,
    what,
    'take fewer samples (data.train, data.test) or smaller ones',
  )
}

/** Where the numbers of samples come from, for messages. */
interface Origin {
  readonly rows: Int32Array
  readonly split: string
  /** The file and a colon, or nothing. */
  readonly source: string
  /** What a number of a sample is called. */
  readonly nameOf: (cell: number) => string
}

function checkFinite(inputs: Float32Array, { rows, split, source, nameOf }: Origin): void {
  const index = inputs.findIndex((value) => !Number.isFinite(value))
  if (index === -1) return
  const size = inputs.length / rows.length
  const sample = rows[Math.floor(index / size)]
  const why = Number.isNaN(inputs[index]) ? '' : ' as a float32, which holds up to 3.4e38'
  throw new InputError(
    `${source}sample ${sample} of the ${split} split: ${nameOf(index % size)} is ${inputs[index]}${why}`,
    { context: { sample, split } },
  )
}

/** The array that a cell of a row of held values belongs to, and its place there. */
function heldName(parts: readonly RowPart[], cell: number): string {
  const part = parts.findLast(({ start }) => start <= cell)
  return part === undefined ? `held value ${cell}` : `value ${cell - part.start} of ${part.name}`
}
