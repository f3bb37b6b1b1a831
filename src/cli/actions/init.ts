/** The work of `lowlayer init`: a first configuration for a user to change. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { jsonSchema } from '../../config/jsonSchema.js'
import { InputError } from '../../core/errors.js'
import { shellWord } from '../../core/shellWord.js'
import { exists, jsonText, writeAtomically } from '../../store/atomic.js'
import type { InitOptions } from '../commands/init.js'

/** The quickstart, as the package has it. */
const quickstart = join(
  dirname(createRequire(import.meta.url).resolve('#package')),
  'configs',
  'quickstart.yaml',
)

/** Writes a starter configuration to a folder, and the schema beside it. Throws InputError where they are there already. */
export async function init(folder: string, options: InitOptions): Promise<void> {
  const config = join(folder, 'study.yaml')
  const schema = join(folder, 'lowlayer.schema.json')
  for (const file of [config, schema]) {
    if (options.force || !(await exists(file))) continue
    throw new InputError(`${file} is there already; --force replaces it`)
  }
  await writeAtomically(config, await starterConfig())
  await writeAtomically(schema, jsonText(jsonSchema()))
  process.stderr.write(`wrote ${config} and ${schema}; next: lowlayer run ${shellWord(config)}\n`)
}

/** The quickstart for a folder of one's own, with the schema that is written beside it. */
async function starterConfig(): Promise<string> {
  const text = await readFile(quickstart, 'utf8')
  const run =
    '# Run            lowlayer run study.yaml\n# All settings   lowlayer schema; your editor shows them as you type'
  return `# yaml-language-server: $schema=./lowlayer.schema.json\n${text.replace(/^# Run .*$/m, run)}`
}
