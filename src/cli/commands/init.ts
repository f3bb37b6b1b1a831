import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Command } from 'commander'
import { jsonSchema } from '../../config/jsonSchema.js'
import { InputError } from '../../core/errors.js'
import { exists, writeAtomically } from '../../store/atomic.js'

/** The quickstart, as the package has it. */
const quickstart = join(
  dirname(createRequire(import.meta.url).resolve('#package')),
  'configs',
  'quickstart.yaml',
)

/** The quickstart for a folder of one's own, with the schema that `lowlayer init` writes beside it. */
export async function starterConfig(): Promise<string> {
  const text = await readFile(quickstart, 'utf8')
  const run =
    '# Run            lowlayer run study.yaml\n# All settings   lowlayer schema; your editor shows them as you type'
  return `# yaml-language-server: $schema=./lowlayer.schema.json\n${text.replace(/^# Run .*$/m, run)}`
}

/** `lowlayer init`: a starter configuration and the schema beside it. */
export function initCommand(): Command {
  return new Command('init')
    .summary('write a starter configuration')
    .description(
      'Writes the quickstart as a configuration to change, study.yaml, and its JSON Schema, with which editors check it.',
    )
    .argument('[dir]', 'folder to write to', '.')
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      '\nExample:\n  lowlayer init my-study && cd my-study && lowlayer run study.yaml',
    )
    .action(async (folder: string, options: { force?: boolean }) => {
      const config = join(folder, 'study.yaml')
      const schema = join(folder, 'lowlayer.schema.json')
      for (const file of [config, schema]) {
        if (options.force || !(await exists(file))) continue
        throw new InputError(`${file} is there already; --force replaces it`)
      }
      await writeAtomically(config, await starterConfig())
      await writeAtomically(schema, `${JSON.stringify(jsonSchema(), undefined, 2)}\n`)
      process.stderr.write(`wrote ${config} and ${schema}; next: lowlayer run ${config}\n`)
    })
}
