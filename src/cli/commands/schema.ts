import { Command } from 'commander'

/** `lowlayer schema`: the JSON Schema of configurations, for editors. */
export function schemaCommand(): Command {
  return new Command('schema')
    .summary('print the JSON Schema of configuration files')
    .description(
      'Prints the JSON Schema of configuration files, with which editors complete and check them.',
    )
    .addHelpText('after', '\nExample:\n  lowlayer schema > lowlayer.schema.json')
    .action(async () => (await import('../actions/schema.js')).printSchema())
}
