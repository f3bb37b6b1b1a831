/** What `analyze` is told of models, on the command line or in the section `analyze` of a configuration. */
import { z } from 'zod'
import { InputError } from '../core/errors.js'
import type { Standardization } from '../data/standardize.js'
import type { AnalyzeWishes } from '../masking/foreign/foreignEvaluator.js'
import { outputKinds } from '../masking/foreign/foreignOutputs.js'

const numbers = z.union([z.number(), z.array(z.number()).min(1)])

const section = z.strictObject({
  input: z.string().optional(),
  output: z.string().optional(),
  outputKind: z.enum(outputKinds).optional(),
  layout: z.enum(['nchw', 'nhwc', 'flat']).optional(),
  mean: numbers.optional(),
  std: numbers.optional(),
  classes: z.array(z.coerce.string()).min(1).optional(),
})

/** The section `analyze`: what an analysis is told of its models, so that it can be repeated. */
export type AnalyzeSection = z.output<typeof section>

/** Reads such a section. Throws InputError that names what is wrong with it. */
export function readSection(value: unknown): AnalyzeSection {
  const found = section.safeParse(value ?? {})
  if (found.success) return found.data
  const problems = found.error.issues.map(({ path, message }) =>
    [['analyze', ...path].join('.'), message].join(': '),
  )
  throw new InputError(problems.join('; '))
}

/** The section that says all that was asked for, without what was not. */
export function sectionOf(
  { input, output, layout, kind, classes }: AnalyzeWishes,
  preprocessing: Standardization | undefined,
): Record<string, unknown> {
  const all = {
    input,
    output,
    outputKind: kind,
    layout,
    mean: preprocessing?.mean,
    std: preprocessing?.std,
    classes,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** Keys of a configuration that no analysis of models from elsewhere reads. */
const unread = [
  'model',
  'training',
  'networks',
  'phases',
  'comparison',
  'analysis.checkpoints',
  'confusing.noiseNull',
  'confusing.reliability',
  'confusing.phase',
]

/** Those of them that were written, as in `training` or `confusing.noiseNull`. */
export function unreadKeys(written: unknown): string[] {
  return unread.filter((key) => {
    let value = written
    for (const name of key.split('.')) {
      value = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
    }
    return value !== undefined
  })
}
