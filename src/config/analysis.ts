/** `analysis`: which samples and players, how inputs are masked, what is decomposed and how exactly. */
import { z } from 'zod'
import { limits } from '../core/limits.js'
import { MAX_PLAYERS } from '../core/subset.js'
import { duration, nonEmpty, positive, seed, share, whole } from './fields.js'

const samples = z
  .strictObject({
    count: whole(1)
      .default(200)
      .describe(
        'Samples analysed, equally many of each class; all samples of the split where it has fewer than the default',
      ),
    split: z.enum(['train', 'test']).default('train').describe('Where they are taken from'),
    testCount: whole(0)
      .default(50)
      .describe('Samples of the other split, for how interactions generalise; 0 leaves that out'),
    filter: z
      .enum(['none', 'correct', 'common-correct'])
      .default('none')
      .describe(
        'Only samples that the network (correct), or every network (common-correct), classifies as labelled; with correct, networks are compared on the samples that all have',
      ),
    seed: seed.default(0).describe('Seed of the choice'),
    first: whole(1)
      .optional()
      .describe(
        'The first so many samples of the split that may be analysed, instead of drawn ones',
      ),
    ids: z
      .union([z.array(whole(0)).min(1), nonEmpty])
      .optional()
      .describe(
        'Exactly these samples, by the numbers of the column sample (from 0 in their source), instead of drawn ones: a list, or a text file with one per line; tables have them in ascending order',
      ),
  })
  .prefault({})

const tooMany = (n: unknown) =>
  `${n} players need 2^${n} masked inputs per sample and checkpoint; ` +
  `at most ${MAX_PLAYERS} (${(2 ** MAX_PLAYERS).toLocaleString('en')} inputs) are supported`

const playerCount = z
  .int()
  .min(1)
  .max(MAX_PLAYERS, { error: (issue) => tooMany(issue.input) })

const players = z
  .strictObject({
    count: playerCount
      .default(8)
      .describe(
        'Number of players n: 2^n masked inputs per sample. All features of tic-tac-toe and planted-logic by default',
      ),
    layout: z
      .union([
        z.enum(['auto', 'segments', 'features', 'tokens', 'layer']),
        z
          .string()
          .regex(
            /^grid[1-9]\d*x[1-9]\d*$/,
            'auto, segments, features, tokens, layer or a grid such as grid4x4',
          ),
      ])
      .default('auto')
      .describe(
        'grid4x4 (rows × columns), segments (file), features, tokens or layer (cells of an inner feature map; of token ids words, whose inner vectors are masked); auto: grid4x4 for images, features for tables, tokens (words) for text',
      ),
    select: z
      .enum(['variance', 'centre', 'random', 'list'])
      .default('variance')
      .describe('Which cells or features are players; the others are always present'),
    seed: seed.default(0).describe('Seed of select: random and of the tokens of a text'),
    list: z
      .array(whole(0))
      .min(1)
      .optional()
      .describe('Cells or features, from 0, for select: list'),
    file: nonEmpty
      .optional()
      .describe(
        'Segments: JSON, for each player a list of pixels, as y·W + x or [y, x]; or {size: [H, W], segments: …}',
      ),
    groups: z
      .record(z.string(), z.array(z.union([z.string(), whole(0)])).min(1))
      .optional()
      .describe('Features that come and go together, by name or number, for layout: features'),
    inputs: z
      .record(z.string(), z.union([z.literal('all'), z.array(whole(0)).min(1)]))
      .optional()
      .describe(
        'Further inputs of given networks that are masked too, arrays of data.held: all (its values are one player) or the values that are a player each, from 0. They are the last of the count',
      ),
    layer: nonEmpty
      .optional()
      .describe(
        'Layer whose output is masked, for layout: layer; of a given network the name of a tensor of its graph (its axes: networks.files[].layerLayout)',
      ),
    margin: whole(0)
      .optional()
      .describe(
        'Cells of the grid nearer to its border than this are never players: 1 leaves the inner ones',
      ),
    layerGrid: z
      .string()
      .regex(/^grid[1-9]\d*x[1-9]\d*$/, 'write grid4x4 (rows × columns)')
      .default('grid4x4')
      .describe('Grid over the feature map, for layout: layer'),
  })
  .prefault({})

const learned = z.strictObject({
  lr: positive.default(1e-3),
  iterations: whole(1).max(limits.draws).default(50),
  bound: positive.default(0.05).describe('Largest change, in deviations of the inputs'),
})

const baseline = z
  .union([
    z.enum(['zero', 'mean', 'blur', 'learned', 'attention']),
    z.strictObject({ damp: share.describe('Masked players are multiplied by this') }),
    z.strictObject({ blur: positive.describe('Gaussian blur, deviation in pixels') }),
    z.strictObject({
      file: nonEmpty.describe('.npy or JSON: a value per channel or cell'),
    }),
    z.strictObject({
      maskToken: whole(0).describe(
        'Masked words of token ids become this id; 103 is [MASK] of BERT',
      ),
    }),
    z.strictObject({ learned: learned.prefault({}) }),
  ])
  .default('mean')
  .describe(
    'What masked players are replaced by: zero, mean (of the training set), blur, learned (to make interactions sparse), {damp: 0.5}, {blur: 2}, {file: values.npy}; for token ids {maskToken: 103}, or attention (masked words are not attended to)',
  )

const salience = z
  .discriminatedUnion('rule', [
    z.strictObject({
      rule: z.literal('mean-output').default('mean-output'),
      factor: positive.default(0.03).describe('τ = factor · mean over samples of |v(N) − v(∅)|'),
    }),
    z.strictObject({
      rule: z.literal('fixed-final'),
      factor: positive
        .default(0.03)
        .describe('As mean-output, with the final τ at all checkpoints'),
    }),
    z.strictObject({
      rule: z.literal('max'),
      factor: positive.default(0.05).describe('τ = factor · max |I_T| of the sample'),
    }),
    z.strictObject({ rule: z.literal('absolute'), threshold: z.number().min(0).describe('τ') }),
  ])
  .prefault({ rule: 'mean-output' })
  .describe('Which interactions count: |I| > τ')

const reference = z
  .strictObject({
    lr: positive.default(1e-5).describe('Learning rate at the start; falls to a tenth'),
    iterations: whole(1).max(limits.draws).default(10_000),
  })
  .prefault({})
  .describe('Settings of solver: sgd-reference')

export const analysisSection = z
  .strictObject({
    samples,
    players,
    baseline,
    output: z
      .enum([
        'log-odds-v0',
        'log-odds',
        'logit-v0',
        'logit',
        'prob-log-odds-v0',
        'prob-log-odds',
        'binary-v0',
        'binary',
      ])
      .default('log-odds-v0')
      .describe(
        'Scalar v of the given label; -v0 subtracts v(∅). binary is for one logit, prob-log-odds for models ' +
          'from elsewhere that end in probabilities',
      ),
    temperature: positive.default(1).describe('Logits are divided by this'),
    clamp: z
      .number()
      .min(0)
      .default(0)
      .describe('ε of log(p/(1−p+ε)+ε), for all outputs but logit; the lab has 1e-7'),
    noise: share
      .default(0.04)
      .describe('|q_S| ≤ noise · |v(N) − v(∅)|: what the split may leave out'),
    solver: z
      .enum(['certified', 'sgd-reference', 'and', 'or'])
      .default('certified')
      .describe('How v is split into AND and OR parts'),
    gap: z
      .number()
      .min(1e-10)
      .max(1)
      .default(1e-3)
      .describe('Relative duality gap at which certified stops'),
    tieBreak: z
      .enum(['low', 'high', 'none'])
      .default('low')
      .describe('Which of equally sparse splits: of low or of high orders'),
    reference,
    salience,
    checkpoints: z
      .union([z.enum(['all', 'phases', 'final']), z.array(duration).min(1)])
      .prefault('all')
      .describe(
        'Which kept checkpoints are analysed: all; phases (the first, those nearest to t*/2, to t* and to the first evaluation after it where the gap is half its final value, and the last; without t* the first, the middle and the last); final; or listed times',
      ),
  })
  .prefault({})
  .describe('Masked evaluation and interactions')

export type AnalysisConfig = z.output<typeof analysisSection>
export type PlayersConfig = AnalysisConfig['players']
export type BaselineConfig = AnalysisConfig['baseline']
