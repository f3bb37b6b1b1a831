/** How samples go into a model, by what its inputs are. */
import type { DataConfig } from '../../config/data.js'
import { InputError } from '../../core/errors.js'
import type { Dataset } from '../../data/types.js'
import type { ForeignFile, ForeignValue } from '../../engine/onnx/foreignFile.js'
import type { Output } from '../evaluation/output.js'
import type { RowFeed } from './feeds.js'
import type { ForeignWishes } from './foreignEvaluator.js'
import { chooseInput, chooseOutput, feedOne, fitInput, type Layout } from './foreignInput.js'
import { withHeld } from './heldInputs.js'
import { fitParts } from './tokenInputs.js'

/** What has to be known of samples to feed them. */
export type FedSamples = Pick<Dataset, 'shape' | 'axisOrder' | 'parts' | 'held'> & {
  /** Whether they are images that could be read in grey as well. */
  readonly inColour?: boolean
}

/** Whether data are images that are read in colour, by what the configuration says. */
export function isInColour(data: DataConfig): boolean {
  return data.source === 'images' && data.channels === 3
}

/** What is said of how a model is fed. */
type FeedWishes = Pick<ForeignWishes, 'input' | 'layout' | 'alsoMasked'>

/** What is known of a model's inputs, from its file or from ONNX Runtime. */
type Fed = Pick<ForeignFile, 'file' | 'inputs'>

/** How rows of samples become inputs, and what has to be said of it. */
interface FittedSamples {
  readonly feed: RowFeed
  readonly layout: Layout
  readonly remarks: readonly string[]
}

/** Feeds samples side by side to the inputs of their names, or as a whole to one. Throws InputError where they do not fit. */
export function fitSamples(model: Fed, samples: FedSamples, wishes: FeedWishes): FittedSamples {
  const { shape, parts, held = [] } = samples
  if (parts !== undefined) return { ...fitParts(model, { shape, parts }), layout: 'flat' }
  const { file } = model
  try {
    const chosen = chooseInput(model, wishes.input, held)
    const input = fitInput(file, chosen, samples, wishes.layout)
    const said = input.remark === undefined ? [] : [input.remark]
    const { feed, remarks } = withHeld(model, feedOne(input, shape), held, wishes.alsoMasked)
    return { feed, layout: input.layout, remarks: [...said, ...remarks] }
  } catch (error) {
    throw samples.inColour && takesOnlyGrey(model, shape, wishes) ? withHintAtGrey(error) : error
  }
}

/** How many classes the data number, and how many of them some sample is of: only those need an output. */
interface ClassCounts {
  readonly numbered: number
  readonly present: number
}

/**
 * Throws InputError where samples, or the output that v is of, do not fit what a file says of its inputs and outputs, which is known before
 * it is opened.
 */
export function requireDeclaredFit(
  model: ForeignFile,
  samples: FedSamples,
  { numbered, present }: ClassCounts,
  wishes: FeedWishes & Pick<ForeignWishes, 'output'>,
  asked: Output['kind'],
): void {
  fitSamples(model, samples, wishes)
  const { file, outputs } = model
  const byToken = samples.parts?.some(({ role }) => role === 'position')
  if (outputs === undefined) return
  const { name } = chooseOutput({ file, outputs }, numbered, wishes.output, byToken)
  const { shape } = outputs.find((output) => output.name === name) as ForeignValue
  const width = shape.length === 2 ? shape[1] : undefined
  if (width === undefined) return
  // A single value stands for two classes.
  if (Math.max(2, width) < present) {
    throw new InputError(
      `${file}: the output "${name}" has ${width} values per sample, but the data have ${present} classes`,
    )
  }
  if (asked === 'binary' && width > 1) {
    throw new InputError(
      `${file}: analysis.output "binary" needs a network with one logit, but the output "${name}" has ${width} values per sample; use log-odds`,
    )
  }
}

/** Whether a model would take samples of this size in grey, and does not in colour. */
function takesOnlyGrey(
  model: Fed,
  [, ...size]: readonly number[],
  { input, layout }: FeedWishes,
): boolean {
  const takes = (channels: number) => {
    try {
      const chosen = chooseInput(model, input)
      fitInput(model.file, chosen, { shape: [channels, ...size], axisOrder: 'nchw' }, layout)
      // [3, height, width] is a colour image without a batch axis rather than three grey ones.
      return chosen.shape[0] !== 3
    } catch {
      return false
    }
  }
  return takes(1) && !takes(3)
}

function withHintAtGrey(error: unknown): unknown {
  if (!(error instanceof InputError)) return error
  return new InputError(
    `${error.message} (images are read in colour; data.channels: 1 reads them in grey)`,
    { cause: error },
  )
}
