import { writtenConfigOf } from '../config/load.js'
import type { ExperimentConfig } from '../config/schema.js'

/**
 * The configuration of a value and `path=value` overrides, its defaults filled in. Throws ConfigError
 * with every problem.
 */
export function configOf(
  value: unknown,
  study: string,
  overrides: readonly string[] = [],
): ExperimentConfig {
  return writtenConfigOf(value, study, overrides).config
}
