import { isDeeper } from '../core/depth.js'
import { InputError, messageOf } from '../core/errors.js'
import { limits } from '../core/limits.js'
import { readInputFile } from '../formats/inputFile.js'
import { decodeText } from '../formats/text.js'

/** Content of a JSON file. Throws InputError when it cannot be read or parsed. */
export function readJson(file: string): unknown {
  const text = decodeText(readInputFile(file), file)
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw new InputError(`${file}: cannot be read as JSON: ${messageOf(cause)}`, { cause })
  }
  if (!isDeeper(content, limits.depth)) return content
  throw new InputError(`${file}: lists are nested more than ${limits.depth} deep`)
}
