/**
 * Runs the conditions of a reference study, pools those that are to be pooled, and publishes their small tables and figures:
 * `npm run study:run -- STUDY [CONDITION…] [OPTIONS OF lowlayer run]`. What is finished is not run again.
 */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { conditionsOf, poolsOf } from './conditions.js'
import { poolStudies, runStudy, words } from './lowlayer.js'

/** What is published of a condition: what the finding rests on, and figures of phases, orders and difficulty. No checkpoint, no sample. */
const published = [
  'config.yaml',
  'verdict.json',
  'networks.csv',
  'effects.csv',
  'measures.csv',
  'multiverse.csv',
  'pair_classes.csv',
  'references.csv',
  'agreement.csv',
  'figures/losses.svg',
  'figures/generalizable-orders.svg',
  'figures/agreement.svg',
  'figures/measures.svg',
]

const { names, options } = words(process.argv.slice(2))
const [study, ...wanted] = names
const isWanted = ({ name }: { readonly name: string }) =>
  wanted.length === 0 || wanted.includes(name)
for (const { config, folder } of conditionsOf(study).filter(isWanted)) {
  const results = runStudy(config, options).paths.folder
  renewed(folder)
  // Networks from elsewhere may have no figure of losses, and a study without references none of them.
  for (const file of published.filter((file) => existsSync(join(results, file)))) {
    cpSync(join(results, file), join(folder, file))
  }
}
for (const { configs, folder } of poolsOf(study).filter(isWanted)) {
  const pool = poolStudies(configs.map((config) => runStudy(config, options).paths.folder))
  renewed(folder)
  writeFileSync(join(folder, 'pool.json'), pool)
}

function renewed(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
}
