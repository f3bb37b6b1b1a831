/** v(S) that another tool computed. */
import type { EvaluatedRow } from '../../artifacts/valueFile.js'
import { InputError } from '../../core/errors.js'
import { firstNames } from '../../core/firstNames.js'
import { repeated } from '../../core/repeated.js'
import { subsetCount, unfitValue } from '../../core/subset.js'
import { type NpyArray, readNpy } from '../../formats/npy.js'
import { readNpz } from '../../formats/npz.js'
import { type Output, parseOutput } from '../../masking/evaluation/output.js'
import type { GivenNetwork, Plan, StudyNetwork } from '../../plan/types.js'
import { givenFile } from './givenFile.js'
import { lossProblem } from './givenLoss.js'

/** An analysed sample, as far as values of another tool need it. */
interface ValuedSample {
  readonly id: number
  /** 0: of the analysed split, 1: of the other. */
  readonly panel: number
}

/** Stands for a prediction that nobody told. */
const UNKNOWN_CLASS = -2

/** Whether all that is known of a network are values of another tool. */
export function isValuesOnly(network: StudyNetwork): network is GivenNetwork {
  return network.origin === 'given' && network.spec.kind === 'values'
}

/** {@link readGivenValues} of a network. Throws InputError too where its file is another one than was planned. */
export async function valuesOfGiven(
  network: GivenNetwork,
  samples: readonly ValuedSample[],
  n: number,
  { config, data }: Pick<Plan, 'config' | 'data'>,
): Promise<EvaluatedRow[]> {
  const { output, temperature, clamp } = config.analysis
  const { fromEmpty } = parseOutput(output, temperature, clamp)
  const file = await givenFile(network, 0)
  return readGivenValues(file, samples, { n, fromEmpty, classes: data.classes })
}

/** What values of another tool are of. */
interface ValuesOf {
  /** Players. */
  readonly n: number
  /** Whether they are counted from the empty coalition. */
  readonly fromEmpty: Output['fromEmpty']
  /** Number of classes of the data. */
  readonly classes: number
}

/** Arrays of a `.npz` file that are read, all but the first optional. */
const ARRAYS = ['values', 'sample', 'panel', 'prediction', 'loss'] as const

/**
 * Rows of a `.npy` file [samples, 2^n], in the order of the analysed samples (the main panel, then that of the other
 * split), or of a `.npz` file with such an array `values` and, all optional, `sample` (ids: rows may then stand in any
 * order, and more of them), `panel` beside it where ids of the two splits overlap, `prediction` (−1: none of the classes of the data) and
 * `loss`. Coalitions are bitmasks, bit i is player i. Where the output is counted from the empty coalition, v(∅) is subtracted. A loss that is
 * not given is unknown, as is a prediction: v(N) does not tell it, from which any constant may have been subtracted before. Throws InputError
 * where an array is none of these, shapes differ, a sample is missing or ambiguous, values or losses are none, or a prediction is no class.
 */
export function readGivenValues(
  file: string,
  samples: readonly ValuedSample[],
  { n, fromEmpty, classes }: ValuesOf,
): EvaluatedRow[] {
  const arrays = readArrays(file)
  const { values, sample, panel, prediction, loss } = arrays
  const columns = subsetCount(n)
  if (values?.shape.length !== 2 || values.shape[1] !== columns) {
    throw new InputError(
      `${file}: values must have shape [samples, ${columns}], 2^${n} coalitions of ${n} players, but have ` +
        `[${values?.shape.join(', ') ?? 'no array "values"'}]`,
    )
  }
  const count = values.shape[0]
  for (const [name, array] of Object.entries({ sample, panel, prediction, loss })) {
    if (array !== undefined && array.shape.join() !== String(count)) {
      throw new InputError(`${file}: "${name}" must have shape [${count}], a value per row`)
    }
  }
  if (sample === undefined && count !== samples.length) {
    throw new InputError(
      `${file}: ${count} rows for ${samples.length} analysed samples${bothPanels(samples)}; give their ids as an array "sample", or ` +
        'exactly these in their order (lowlayer plan CONFIG --samples lists them)',
    )
  }
  if (sample === undefined && panel !== undefined) {
    const at = samples.findIndex((each, row) => each.panel !== Number(panel.data[row]))
    if (at >= 0) {
      throw new InputError(
        `${file}: row ${at} is of panel ${panel.data[at]}, and the analysed sample in its place, ${samples[at].id}, of panel ${samples[at].panel}: ` +
          'give ids as an array "sample", or rows in the order of lowlayer plan CONFIG --samples',
      )
    }
  }
  const rowOf = sample === undefined ? undefined : rowsById(file, sample, panel, samples)
  return samples.map((wanted, position) => {
    const { id } = wanted
    const row = rowOf === undefined ? position : rowOf(wanted)
    if (row === undefined) {
      const which = panel === undefined ? '' : ` of panel ${wanted.panel}`
      throw new InputError(`${file}: there are no values of sample ${id}${which}`)
    }
    const own = Float64Array.from({ length: columns }, (_, at) =>
      Number(values.data[row * columns + at]),
    )
    const bad = own.findIndex((value) => unfitValue(value, n) !== undefined)
    if (bad >= 0) {
      const why = unfitValue(own[bad], n)
      throw new InputError(`${file}: v of sample ${id}, coalition ${bad}, is ${own[bad]}: ${why}`)
    }
    const predicted = prediction === undefined ? UNKNOWN_CLASS : Number(prediction.data[row])
    if (
      prediction !== undefined &&
      !(Number.isInteger(predicted) && predicted >= -1 && predicted < classes)
    ) {
      throw new InputError(
        `${file}: the prediction of sample ${id} is ${predicted}, no class of the data (0 to ${classes - 1}; -1 for none of them)`,
      )
    }
    const told = loss === undefined ? Number.NaN : Number(loss.data[row])
    const wrong = loss && lossProblem(told)
    if (wrong !== undefined) {
      throw new InputError(
        `${file}: the loss of sample ${id} is ${told}, ${wrong}; leave the array "loss" out where losses are not known`,
      )
    }
    const [empty] = own
    return {
      values: fromEmpty ? own.map((value) => value - empty) : own,
      prediction: predicted,
      loss: told,
    }
  })
}

/** How many of the samples are of each split. */
function bothPanels(samples: readonly ValuedSample[]): string {
  const others = samples.filter(({ panel }) => panel === 1).length
  if (others === 0) return ''
  return ` (${samples.length - others} of the analysed split, then ${others} of the other: analysis.samples.testCount)`
}

/**
 * The row of a sample, found by its id and, where the file tells them, its panel. Throws InputError where that leaves
 * open which row is meant: splits that come apart number their samples each from 0.
 */
function rowsById(
  file: string,
  sample: NpyArray,
  panel: NpyArray | undefined,
  samples: readonly ValuedSample[],
): (sample: ValuedSample) => number | undefined {
  const keyOf = (id: number, of: number) => (panel === undefined ? `${id}` : `${id} of panel ${of}`)
  const keys = Array.from(sample.data, (id, row) => keyOf(Number(id), Number(panel?.data[row])))
  const wanted = samples.map((each) => keyOf(each.id, each.panel))
  const [twice] = [...repeated(keys), ...repeated(wanted)]
  if (twice !== undefined) {
    const remedy =
      panel === undefined
        ? ': an array "panel" beside "sample" tells the splits apart, 0 for the analysed one, 1 for the other'
        : ''
    throw new InputError(`${file}: sample ${twice} is there twice${remedy}`)
  }
  const rows = new Map(keys.map((key, row) => [key, row]))
  return (each) => rows.get(keyOf(each.id, each.panel))
}

/** Throws InputError where a name is none of {@link ARRAYS}: a misspelt "sample" would give samples the values of others. */
function readArrays(file: string): Partial<Record<(typeof ARRAYS)[number], NpyArray>> {
  const extension = file.toLowerCase().split('.').at(-1)
  if (extension === 'npy') return { values: readNpy(file) }
  if (extension !== 'npz') {
    throw new InputError(
      `${file}: values of networks are read from .npy (the array of values) and .npz (${ARRAYS.join(', ')}): np.save or np.savez writes them`,
    )
  }
  const arrays = readNpz(file)
  const others = Object.keys(arrays).filter((name) => !ARRAYS.some((known) => known === name))
  if (others.length === 0) return arrays
  throw new InputError(
    `${file}: ${firstNames(others.map((name) => `"${name}"`))} ${others.length === 1 ? 'is none' : 'are none'} of the arrays that are read ` +
      `(${ARRAYS.join(', ')}): rename or leave out`,
  )
}
