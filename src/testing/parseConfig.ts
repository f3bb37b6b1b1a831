import { resolveConfig, studyName } from '../config/parse.js'
import type { ExperimentConfig } from '../config/schema.js'
import { readSource } from '../config/source.js'
import { ConfigError, type ConfigProblem } from '../core/errors.js'
import { isObject } from '../core/isObject.js'

/**
 * Reads the text of one configuration file. Throws ConfigError with every problem, each with its
 * place. Pure: a file that extends another needs {@link loadConfig}.
 */
export function parseConfig(text: string, file: string): ExperimentConfig {
  const problems: ConfigProblem[] = []
  const source = readSource(text, file, problems)
  if (source === undefined) throw new ConfigError(problems)
  if (isObject(source.value) && 'extends' in source.value) {
    const place = source.placeOf(['extends'], 'key')?.place
    throw new ConfigError([
      { file, ...place, path: 'extends', message: 'the other file was not read' },
    ])
  }
  return resolveConfig([source], source.value, studyName(file))
}
