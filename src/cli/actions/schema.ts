import { jsonSchema } from '../../config/jsonSchema.js'
import { jsonText } from '../../store/atomic.js'

/** Prints the JSON Schema of configurations. */
export function printSchema(): void {
  process.stdout.write(jsonText(jsonSchema()))
}
