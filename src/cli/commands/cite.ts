import { Command } from 'commander'

/** `lowlayer cite [CONFIG]`: BibTeX of the methods, and of the data that a configuration uses. */
export function citeCommand(): Command {
  return new Command('cite')
    .summary('print BibTeX of the methods and data used')
    .description('Prints BibTeX of the methods, and of the data set of a configuration.')
    .argument('[config]', 'YAML configuration; without it the methods alone')
    .addHelpText('after', '\nExample:\n  lowlayer cite configs/mnist-lenet.yaml > references.bib')
    .action(async (file: string | undefined) => (await import('../actions/cite.js')).cite(file))
}
