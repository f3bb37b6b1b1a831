import { jsonSchema } from '../../config/jsonSchema.js'

/** Prints the JSON Schema of configurations. */
export function printSchema(): void {
  process.stdout.write(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`)
}
