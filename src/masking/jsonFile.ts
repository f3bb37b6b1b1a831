import { readFileSync } from 'node:fs'
import { InputError, messageOf } from '../core/errors.js'

/** Content of a JSON file. Throws InputError when it cannot be read or parsed. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new InputError(`${file}: cannot be read as JSON: ${messageOf(cause)}`, { cause })
  }
}
