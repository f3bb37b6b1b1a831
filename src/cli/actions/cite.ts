import { loadConfig } from '../../config/load.js'
import { bibliography } from '../../report/citations.js'

/** Prints BibTeX of the methods, and of the data set of a configuration where one is given. */
export async function cite(file: string | undefined): Promise<void> {
  const source = file === undefined ? undefined : (await loadConfig(file)).config.data.source
  process.stdout.write(`${bibliography(source)}\n`)
}
