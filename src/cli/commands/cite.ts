import { Command } from 'commander'
import { loadConfig } from '../../config/load.js'
import { bibliography } from '../../report/citations.js'

/** `lowlayer cite [CONFIG]`: BibTeX of the methods, and of the data that a configuration uses. */
export function citeCommand(): Command {
  return new Command('cite')
    .summary('print BibTeX of the methods and data used')
    .description('Prints BibTeX of the methods, and of the data set of a configuration.')
    .argument('[config]', 'YAML configuration; without it the methods alone')
    .addHelpText('after', '\nExample:\n  lowlayer cite configs/mnist-lenet.yaml > references.bib')
    .action(async (file: string | undefined) => {
      const source = file === undefined ? undefined : (await loadConfig(file)).config.data.source
      process.stdout.write(`${bibliography(source)}\n`)
    })
}
