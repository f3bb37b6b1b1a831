import { Command } from 'commander'
import { jsonSchema } from '../../config/jsonSchema.js'

/** `lowlayer schema`: the JSON Schema of configurations, for editors. */
export function schemaCommand(): Command {
  return new Command('schema')
    .summary('print the JSON Schema of configuration files')
    .description(
      'Prints the JSON Schema of configuration files, with which editors complete and check them.',
    )
    .addHelpText('after', '\nExample:\n  lowlayer schema > lowlayer.schema.json')
    .action(() => {
      process.stdout.write(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`)
    })
}
