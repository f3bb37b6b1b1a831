import { join } from 'node:path'
import { Command } from 'commander'
import { jsonSchema } from '../../config/jsonSchema.js'
import { InputError } from '../../core/errors.js'
import { exists, writeAtomically } from '../../store/atomic.js'

/** A study of seconds that needs no file, with a word on every section. */
export const starterConfig = `# yaml-language-server: $schema=./lowlayer.schema.json
#
# What it shows:  whether low-layer or high-layer randomness decides which samples are confusing.
# Run it with:    lowlayer run smoke.yaml
# All settings:   lowlayer schema; your editor shows them as you type.

data:                 # also mnist, cifar10, csv, npz, images, …: lowlayer data list
  source: tic-tac-toe
  labelNoise: 0.1     # share of wrong training labels, so that there is something to overfit

model:
  architecture: mlp-5
  low: 2              # the first two layers are low, the others high

training:
  epochs: 30          # or 500it, optimiser steps
  batchSize: 64
  optimizer: { name: sgd, lr: 0.1, momentum: 0.9 }
  checkpoints: { logSpaced: 4 }

networks:
  grid:               # every low seed with every high seed
    low: [0, 1, 2]
    high: [0, 1, 2]
    repeats: 1        # more: further order seeds along the diagonal

analysis:
  samples: { count: 30, testCount: 10 }
  players: { count: 8 }    # 2^8 = 256 masked inputs per sample and checkpoint

confusing:
  set: { rule: top, fraction: 0.2 }
`

/** `lowlayer init`: a starter configuration and the schema beside it. */
export function initCommand(): Command {
  return new Command('init')
    .summary('write a starter configuration')
    .description(
      'Writes a starter configuration, smoke.yaml, and its JSON Schema, with which editors check it.',
    )
    .argument('[dir]', 'folder to write to', '.')
    .option('--force', 'replace what is there')
    .addHelpText(
      'after',
      '\nExample:\n  lowlayer init my-study && cd my-study && lowlayer run smoke.yaml',
    )
    .action(async (folder: string, options: { force?: boolean }) => {
      const config = join(folder, 'smoke.yaml')
      const schema = join(folder, 'lowlayer.schema.json')
      for (const file of [config, schema]) {
        if (options.force || !(await exists(file))) continue
        throw new InputError(`${file} is there already; --force replaces it`)
      }
      await writeAtomically(config, starterConfig)
      await writeAtomically(schema, `${JSON.stringify(jsonSchema(), undefined, 2)}\n`)
      process.stderr.write(`wrote ${config} and ${schema}; next: lowlayer run ${config}\n`)
    })
}
