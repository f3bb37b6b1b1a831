import { Command } from 'commander'
import { jsonSchema } from '../../config/jsonSchema.js'

/** `lowlayer schema`: the JSON Schema of configurations, for editors. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('JSON Schema of configuration files, for editors and checkers')
    .addHelpText('after', '\nExample:\n  lowlayer schema > lowlayer.schema.json')
    .action(() => {
      process.stdout.write(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`)
    })
}
