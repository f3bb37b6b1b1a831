/**
 * The configuration of a study: the one source of its types, defaults, checks and JSON Schema. Each
 * section has its own file; `provenance.ts` says where every default comes from.
 */
import { z } from 'zod'
import { analysisSection } from './analysis.js'
import { comparisonSection } from './comparison.js'
import { confusingSection } from './confusing.js'
import { dataSection } from './data.js'
import { fileName, nonEmpty } from './fields.js'
import { modelSection } from './model.js'
import { networksSection } from './networks.js'
import { phasesSection } from './phases.js'
import { runtimeSection } from './runtime.js'
import { trainingSection } from './training.js'

export const experimentSchema = z.strictObject({
  study: fileName.describe('Name of the study; default: the name of the file'),
  data: dataSection,
  model: modelSection.optional(),
  training: trainingSection,
  networks: networksSection,
  analysis: analysisSection,
  phases: phasesSection,
  confusing: confusingSection,
  comparison: comparisonSection,
  runtime: runtimeSection,
})

/** A configuration with every default filled in. */
export type ExperimentConfig = z.output<typeof experimentSchema>

/** What a user writes: everything but `data` may be left out, and `model` where nothing is trained. */
export type ExperimentInput = Omit<z.input<typeof experimentSchema>, 'study'> & {
  readonly study?: string
}

/** What a file may hold: a configuration, or changes to the one that it extends. */
export const fileSchema = experimentSchema.extend({
  study: experimentSchema.shape.study.optional(),
  extends: nonEmpty
    .optional()
    .describe('Another configuration, relative to this file, that this one changes'),
})
