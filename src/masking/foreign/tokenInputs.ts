/** Rows of several arrays in the inputs of a model that have their names. */
import { InputError } from '../../core/errors.js'
import { sizeOf } from '../../core/tensor.js'
import type { RowPart } from '../../data/types.js'
import type { ForeignModel } from '../../engine/onnx/foreign.js'
import type { ForeignValue } from '../../engine/onnx/foreignFile.js'
import type { FedInput, RowFeed } from './feeds.js'
import { fits, showValue } from './foreignInput.js'

/** How rows go into a model, and what has to be said of it. */
export interface FittedParts {
  readonly feed: RowFeed
  readonly remarks: readonly string[]
}

/** Whether a part is an array that models are fed. */
function isFed({ role }: RowPart): boolean {
  return role === 'ids' || role === 'attention' || role === 'input'
}

/**
 * Feeds every input of a model the part of its name. Throws InputError when an input has none, takes what cannot be fed, or
 * has other extents.
 */
export function fitParts(
  model: Pick<ForeignModel, 'file' | 'inputs'>,
  { shape, parts }: { readonly shape: readonly number[]; readonly parts: readonly RowPart[] },
): FittedParts {
  const fed = parts.filter(isFed)
  const names = fed.map(({ name }) => name).join(', ')
  const lacking = (input: string) => `, only ${names}; ${remedyFor(input)}`
  const inputs = fedByName(model.file, model.inputs, fed, lacking)
  const size = sizeOf(shape)
  return {
    feed: {
      // The ids first, which rows begin with: they are what the others are held beside.
      inputs: inputs.toSorted((a, b) => a.start - b.start),
      size,
      order: Int32Array.from({ length: size }, (_, cell) => cell),
      batch: checkBatches(model.file, model.inputs),
    },
    remarks: unfedRemarks(model, fed),
  }
}

/** What to do where a model has an input of this name and the data no array. */
function remedyFor(input: string): string {
  if (input.startsWith('past_key_values')) {
    return 'it keeps what was computed for earlier tokens: export the model without a cache (Optimum: --task text-generation; else use_cache=False)'
  }
  const example =
    input === 'position_ids' ? ', position_ids=np.maximum(attention_mask.cumsum(1) - 1, 0)' : ''
  return `store one of that name${example} (and list it in data.inputs), or export the model without it`
}

/**
 * Inputs that are fed the parts of their names, which begin at `start` of a row. Throws InputError when an input has none
 * (`lacking` says how to mend that for an input), takes what cannot be fed, or has other extents.
 */
export function fedByName(
  file: string,
  inputs: readonly ForeignValue[],
  parts: readonly RowPart[],
  lacking: (input: string) => string,
  start = 0,
): FedInput[] {
  return inputs.map((input) => {
    const part = parts.find(({ name }) => name === input.name)
    if (part === undefined) {
      throw new InputError(
        `${file}: the data have no array for the input ${showValue(input)}${lacking(input.name)}`,
      )
    }
    checkExtents(file, input, part)
    const { type } = input
    if (type !== 'float32' && type !== 'int32' && type !== 'int64') {
      throw new InputError(`${file}: input ${showValue(input)} takes ${type}, which cannot be fed`)
    }
    return { name: input.name, type, start: start + part.start, shape: part.shape }
  })
}

/** A line for each part that no input of a model takes. */
export function unfedRemarks(
  { file, inputs }: Pick<ForeignModel, 'file' | 'inputs'>,
  parts: readonly RowPart[],
): string[] {
  return parts
    .filter(({ name }) => !inputs.some((input) => input.name === name))
    .map(({ name }) => `${file} has no input ${name}: that array is not fed to it`)
}

/** The batch that the inputs of a model fix, if any. Throws InputError where they fix different ones. */
export function checkBatches(
  file: string,
  inputs: readonly Pick<ForeignValue, 'shape'>[],
): number | undefined {
  const batches = new Set(
    inputs.map(({ shape }) => shape[0]).filter((batch) => batch !== undefined),
  )
  if (batches.size <= 1) return [...batches][0]
  throw new InputError(
    `${file}: its inputs have batches of different sizes, ${[...batches].join(' and ')}`,
  )
}

/** Throws InputError unless an input takes rows of an array. */
function checkExtents(file: string, input: ForeignValue, part: RowPart): void {
  if (fits(input.shape, [undefined, ...part.shape])) return
  throw new InputError(
    `${file}: input ${showValue(input)} does not take rows of ${part.name}, [batch, ${part.shape.join(', ')}]`,
  )
}

/**
 * Throws InputError where ids, those of the data or the mask token in `probe`, lie beyond the rows of the table that the
 * model looks them up in, as far as its graph shows one. ONNX Runtime refuses others when it meets them.
 */
export function checkTokenIds(
  model: Pick<ForeignModel, 'file' | 'embedding'>,
  parts: readonly RowPart[],
  size: number,
  probe: Float32Array,
): void {
  for (const { name, role, start, shape, highest } of parts) {
    const rows = role === 'ids' ? model.embedding(name)?.rows : undefined
    if (rows === undefined) continue
    const known = `${model.file} looks ${name} up in a table of ${rows} tokens (ids 0 to ${rows - 1})`
    if (highest !== undefined && highest.value >= rows) {
      throw new InputError(
        `${highest.place} is ${highest.value}, but ${known}: was it tokenised for another model?`,
      )
    }
    for (let at = 0; at < probe.length; at++) {
      const cell = at % size
      if (cell < start || cell >= start + sizeOf(shape) || probe[at] < rows) continue
      throw new InputError(
        `analysis.baseline.maskToken ${probe[at]} is no token: ${known}; take the tokenizer's mask_token_id`,
      )
    }
  }
}

/**
 * Throws InputError where masking changes no cell that the model is fed. `probe` has rows as they are, and then as many
 * pairs of the same rows masked in part and as a whole (probeRows).
 */
export function checkMaskIsFed(
  file: string,
  { inputs, size }: RowFeed,
  parts: readonly RowPart[],
  probe: Float32Array,
): void {
  const count = probe.length / size / 3
  const changed = new Set<string>()
  for (let row = 0; row < count; row++) {
    for (const { name, role, start, shape } of parts) {
      if (role !== 'ids' && role !== 'attention') continue
      for (let cell = start; cell < start + sizeOf(shape); cell++) {
        const masked = probe[(count + 2 * row + 1) * size + cell]
        if (probe[row * size + cell] !== masked) changed.add(name)
      }
    }
  }
  if (changed.size === 0 || inputs.some(({ name }) => changed.has(name))) return
  const [name] = changed
  throw new InputError(
    `${file} has no input ${name}, which analysis.baseline masks: set it to ${'{maskToken: ID}'}, or export the model with that input`,
  )
}
