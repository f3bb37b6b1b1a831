import type { ModelConfig } from '../config/model.js'
import type { ExperimentConfig } from '../config/schema.js'
import { InputError } from '../core/errors.js'

/** The model section, which the checks of a configuration require where networks are trained. */
export function modelOf({ model }: ExperimentConfig): ModelConfig {
  if (model !== undefined) return model
  throw new InputError('model is missing: networks that are trained need one')
}
