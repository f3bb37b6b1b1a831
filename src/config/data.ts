/** The section `data` of a configuration: every source with its options. */
import { z } from 'zod'
import { limits } from '../core/limits.js'
import { innerShare, nonEmpty, partialShare, sampleCount, seed, whole } from './fields.js'
import { usualArrays } from './usualArrays.js'

/** What every source accepts. */
const common = {
  labelNoise: partialShare
    .default(0)
    .describe(
      'Share of training labels replaced by another class, uniformly; the true label is kept',
    ),
  labelNoiseTo: z
    .enum(['other', 'any'])
    .default('other')
    .describe(
      'Whether the new class is another one, or any one: labels reset at random, some to what they were',
    ),
  seed: seed.default(0).describe('Seed of the subset, the split, the label noise and made-up data'),
  classes: z
    .array(z.union([z.string(), whole(0)]))
    .min(2)
    .optional()
    .describe('Only these classes, by name; names with leading zeros stand in quotes'),
}

const counts = {
  train: sampleCount
    .default('all')
    .describe(
      'Training samples. A source without test samples of its own gives what data.heldOut leaves where both are "all"',
    ),
  test: sampleCount.default('all').describe('Test samples'),
  select: z
    .enum(['random', 'first'])
    .default('random')
    .describe(
      'Which samples a number takes: drawn by data.seed, or the first ones of the source whatever their class (test samples are the last ones where all come from one part)',
    ),
}

/** Of sources that may have no test samples of their own. */
const splitCounts = {
  ...counts,
  heldOut: innerShare
    .optional()
    .describe(
      'Share of a source without test samples of its own that becomes test samples, where neither train nor test is a number; by default 0.3, which is said as an assumption',
    ),
}

const balance = (value: 'equal' | 'proportional') =>
  z
    .enum(['equal', 'proportional'])
    .default(value)
    .describe('Subsets have equally many samples of each class, or as many as in the source')

/** One number for all channels or features, or one each. */
const moments = (what: string) =>
  z
    .union([z.number(), z.array(z.number()).min(1)])
    .transform((value) => (Array.isArray(value) ? value : [value]))
    .describe(what)

const standardize = (value: boolean) =>
  z
    .union([
      z.boolean(),
      z.strictObject({
        mean: moments('Subtracted, by channel or feature'),
        std: moments('Divided by then').refine(
          (values) => values.every((value) => value > 0),
          'deviations are greater than 0',
        ),
      }),
    ])
    // Before the transforms within: a JSON Schema of what is written leaves out what is after them.
    .prefault(value)
    .describe(
      'Subtract the training mean and divide by the deviation, by channel or feature; or these: { mean: 0.5, std: 0.25 }',
    )

const folder = nonEmpty
  .optional()
  .describe('Folder of the files; by default looked for in --data-dir, LOWLAYER_DATA and ./data')

const file = nonEmpty.describe('File, seen from the working folder or else from this file')
const testFile = file.optional().describe('File of the test samples; without it the file is split')

const imageFolder = { path: folder, ...counts, ...common, balance: balance('equal') }

const rowOptions = { ...splitCounts, ...common, balance: balance('proportional') }

const ticTacToe = z.strictObject({
  source: z.literal('tic-tac-toe').describe('The 958 endgames; has x won? 9 features, no file'),
  ...rowOptions,
  standardize: standardize(false),
})

const rule = z.strictObject({
  kind: z.enum(['and', 'or']),
  features: z.array(whole(0)).min(1).describe('Features that the rule looks at, from 0'),
  weight: z.number().default(1).describe('Added to the score where the rule holds'),
})

/** A planted rule: `weight` joins the score of a sample in which the rule holds. */
export type PlantedRule = z.output<typeof rule>

const plantedLogic = z.strictObject({
  source: z.literal('planted-logic').describe('Random bits labelled by known AND and OR rules'),
  features: whole(2).max(24).default(10).describe('Bits of a sample'),
  rules: z
    .array(rule)
    .min(1)
    .prefault([
      { kind: 'and', features: [0, 1, 2], weight: 2 },
      { kind: 'or', features: [3, 4], weight: 1 },
      { kind: 'and', features: [5, 6], weight: -2 },
    ])
    .describe('Rules; the label is 1 where the weights of those that hold exceed the threshold'),
  threshold: z.number().default(0.5).describe('Score above which the label is 1'),
  jitter: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'Deviation of noise added to every bit; with 0 every sample is a pattern of bits of its own',
    ),
  ...common,
  train: whole(1).max(limits.samples).default(600).describe('Training samples'),
  test: whole(1).max(limits.samples).default(400).describe('Test samples'),
  standardize: standardize(false),
})

const glyphs = z.strictObject({
  source: z.literal('glyphs').describe('Digit-like images, drawn with random strokes; no file'),
  size: whole(8).max(64).default(28).describe('Pixels a side'),
  distortion: z.number().min(0).default(1).describe('Strength of shift, slant, turn and scale'),
  pixelNoise: z.number().min(0).default(0.1).describe('Deviation of the noise of a pixel'),
  ...common,
  train: whole(1).max(limits.samples).default(2000).describe('Training samples'),
  test: whole(1).max(limits.samples).default(2000).describe('Test samples'),
  standardize: standardize(true),
})

const idx = <Name extends string>(name: Name, what: string) =>
  z.strictObject({
    source: z.literal(name).describe(what),
    ...imageFolder,
    pad: whole(0).max(16).default(0).describe('Black pixels added at every side: 2 gives 32×32'),
    standardize: standardize(true),
  })

const cifar10 = z.strictObject({
  source: z
    .literal('cifar10')
    .describe('CIFAR-10, binary version: data_batch_*.bin, test_batch.bin'),
  ...imageFolder,
  standardize: standardize(true),
})

const cifar100 = z.strictObject({
  source: z.literal('cifar100').describe('CIFAR-100, binary version: train.bin, test.bin'),
  ...imageFolder,
  labels: z.enum(['fine', 'coarse']).default('fine').describe('The 100 classes or the 20 groups'),
  standardize: standardize(true),
})

const csv = z.strictObject({
  source: z.literal('csv').describe('A table with a header; every feature is a number'),
  path: file,
  testPath: testFile,
  label: z.string().default('label').describe('Column of the class'),
  features: z.array(z.string()).min(1).optional().describe('Columns used; default: all but label'),
  delimiter: z.string().length(1).default(',').describe('Character between cells'),
  ...rowOptions,
  standardize: standardize(true),
})

const npz = z.strictObject({
  source: z.literal('npz').describe('NumPy arrays: rows of features, or images'),
  path: file,
  inputs: z.string().default('x_train').describe('Array of the inputs [N, F], [N, H, W] or 4-d'),
  labels: z.string().default('y_train').describe('Array of the classes [N], whole numbers'),
  testInputs: z.string().default('x_test').describe('Array of test inputs; absent: split'),
  testLabels: z.string().default('y_test').describe('Array of test classes'),
  layout: z.enum(['nchw', 'nhwc']).default('nchw').describe('Order of the axes of 4-d inputs'),
  held: z
    .array(nonEmpty)
    .min(1)
    .optional()
    .describe(
      'Further arrays [N, …] that given models are fed by the names of their inputs, as they are unless analysis.players.inputs masks them; NAME_test for test inputs of their own',
    ),
  ...rowOptions,
  standardize: standardize(true),
})

const tokens = z.strictObject({
  source: z
    .literal('tokens')
    .describe('NumPy arrays of token ids (.npz), for text and language models from elsewhere'),
  path: file,
  testPath: testFile,
  ids: z.string().default('input_ids').describe('Array of the token ids [N, T]'),
  attention: z
    .string()
    .default('attention_mask')
    .describe('Array [N, T] of 1 for tokens and 0 for padding'),
  inputs: z
    .array(z.string())
    .optional()
    .describe(
      'Further arrays of whole numbers [N, …] that models are fed; default: token_type_ids and position_ids, where they are there',
    ),
  wordIds: z
    .string()
    .default(usualArrays.wordIds)
    .describe(
      'Array [N, T] of the word that each token belongs to; negative: special. Without it each token is a word, and specialTokens says which are special',
    ),
  specialTokens: z
    .array(whole(0))
    .min(1)
    .optional()
    .describe('Ids that never are players, such as [101, 102, 0]'),
  words: z
    .string()
    .default(usualArrays.words)
    .describe(
      'Array of the words as strings: by the numbers of wordIds, else by token; names players',
    ),
  vocabulary: file
    .optional()
    .describe(
      'vocab.txt (a token per line) or vocab.json, which names players where there are no words',
    ),
  labels: z
    .string()
    .default(usualArrays.labels)
    .describe('Array of the classes [N], whole numbers; not read where there is a target'),
  target: z
    .union([whole(0), nonEmpty])
    .optional()
    .describe('The token that a language model is to give, by id, or the array [N] that has it'),
  position: z
    .union([whole(0), nonEmpty])
    .optional()
    .describe(
      'The token whose outputs count, for models with outputs [N, T, values]: last (the last with attention 1; default beside target), a number from 0, or the array [N] that has it',
    ),
  ...rowOptions,
})

const images = z.strictObject({
  source: z
    .literal('images')
    .describe('A folder per class of PNG or JPEG files; or train/ and test/'),
  path: nonEmpty.describe('The folder, seen from the working folder or else this file'),
  size: z
    .union([whole(4), z.tuple([whole(4), whole(4)])])
    .optional()
    .describe('Pixels a side, or [height, width]; images of other sizes are resampled'),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .default(3)
    .describe('1 is grey'),
  ...splitCounts,
  ...common,
  balance: balance('equal'),
  standardize: standardize(true),
})

const textOptions = {
  length: whole(2).max(512).default(32).describe('Tokens of a sample; longer texts are cut'),
  vocabulary: whole(3).default(10000).describe('Words kept, the most frequent of the training set'),
  ...common,
  balance: balance('equal'),
}

const sst2 = z.strictObject({
  source: z.literal('sst2').describe('SST-2 as in GLUE: train.tsv and dev.tsv, plain or .gz'),
  path: folder,
  ...textOptions,
  ...counts,
})

const text = z.strictObject({
  source: z.literal('text').describe('A TSV file with the columns "sentence" and "label"'),
  path: file,
  testPath: testFile,
  ...textOptions,
  ...splitCounts,
})

export const dataSection = z
  .discriminatedUnion('source', [
    ticTacToe,
    plantedLogic,
    glyphs,
    idx('mnist', 'MNIST digits, IDX files, plain or .gz'),
    idx('fashion-mnist', 'Fashion-MNIST clothes, IDX files, plain or .gz'),
    cifar10,
    cifar100,
    csv,
    npz,
    tokens,
    images,
    sst2,
    text,
  ])
  .describe('What the networks learn from')

export type DataConfig = z.output<typeof dataSection>
type DataSource = DataConfig['source']

/** Names that `data.source` accepts. */
export const dataSources: readonly DataSource[] = dataSection.options.map(
  (option) => option.shape.source.value,
)
