/** Where each default of a configuration comes from: the paper, the code of its authors, or our own choice. */
import { isObject } from '../core/isObject.js'

/**
 * Where a default comes from: `paper` (stated by arXiv 2502.08625), `lab` (code or settings that the
 * lab published with its related papers) or `ours` (the sources are silent or could not be reached).
 */
export type Provenance = 'paper' | 'lab' | 'ours'

function all(tag: Provenance, prefix: string, keys: string): [string, Provenance][] {
  return keys.split(' ').map((key) => [prefix === '' ? key : `${prefix}.${key}`, tag])
}

/**
 * Every default by dotted path; list entries as `[]`, the default of one variant of a mapping as
 * `training.optimizer(adam).lr`. The reachable parts of the paper state no setting, so that none is
 * `paper`: docs/method.md has the sources.
 */
export const provenance: Readonly<Record<string, Provenance>> = Object.fromEntries([
  ...all('ours', '', 'study'),
  ...all('ours', 'data', 'train test select labelNoise labelNoiseTo seed balance standardize'),
  ...all('ours', 'data', 'pad labels delimiter'),
  ...all('ours', 'data', 'features threshold jitter size distortion pixelNoise label inputs'),
  ...all('ours', 'data', 'testInputs testLabels layout channels length vocabulary'),
  ...all('ours', 'data', 'ids attention wordIds words'),
  ...all('ours', 'data.rules[]', 'kind features[] weight'),
  ...all('ours', 'model', 'head layers[].stride layers[].padding'),
  ...all('lab', 'training', 'batchSize'),
  ...all('ours', 'training', 'epochs labelSmoothing augmentation checkpoints.logSpaced'),
  ...all('ours', 'training', 'evaluate.logSpaced'),
  ...all('lab', 'training.optimizer', 'name lr momentum'),
  // No weight decay is mentioned in arXiv 2407.19198, whose rate does not fall.
  ...all('ours', 'training.optimizer', 'weightDecay nesterov beta1 beta2 epsilon'),
  ...all('ours', 'training.optimizer(adam)', 'lr'),
  ...all('ours', 'training.optimizer(adamw)', 'lr'),
  ...all('ours', 'training.schedule', 'name factor warmup floor'),
  ...all('ours', 'networks.grid', 'low[] high[] order[] repeats regimes[] donors'),
  ...all('ours', 'networks.list[]', 'regime'),
  ...all('ours', 'analysis.samples', 'count split testCount filter seed'),
  ...all('ours', 'analysis.players', 'count layout select seed layerGrid'),
  // 0.04 is what the lab's code has for the noise bound; arXiv 2401.16318 says 0.02.
  ...all('lab', 'analysis', 'output noise'),
  ...all('ours', 'analysis', 'baseline temperature clamp solver gap tieBreak checkpoints'),
  ...all('lab', 'analysis.baseline.learned', 'lr iterations bound'),
  ...all('lab', 'analysis.reference', 'lr iterations'),
  ...all('lab', 'analysis.salience', 'rule factor'),
  ...all('ours', 'analysis.salience(fixed-final)', 'factor'),
  ...all('ours', 'phases', 'detector labels smoothing bootstrap level rise deviations hold'),
  ...all('ours', 'confusing', 'score offsetScope phase extremes'),
  ...all('lab', 'confusing.references', 'networks trainedOn agree'),
  ...all('ours', 'confusing.references', 'seed sign form'),
  ...all('ours', 'confusing.set', 'rule fraction factor'),
  ...all('ours', 'confusing.reliability', 'players baseline salience tieBreak minimum'),
  ...all(
    'ours',
    'comparison',
    'permutations bootstrap alpha accuracyTolerance margin equivalence seed',
  ),
  ...all('ours', 'runtime', 'engine device jobs'),
  ...all('ours', 'runtime.slurm', 'cpus pack requeues'),
])

/** Keys whose value picks the variant of a mapping. */
const variantKeys = ['name', 'rule', 'source', 'detector']

/**
 * Where the default of every value of a configuration comes from, by dotted path such as `training.batchSize`;
 * `ours` for values that have none.
 */
export function provenanceOf(config: unknown): Record<string, Provenance> {
  const found: Record<string, Provenance> = {}
  const visit = (value: unknown, path: string, keys: readonly string[]) => {
    const children = isObject(value) || Array.isArray(value) ? Object.entries(value) : undefined
    if (children === undefined) {
      const tag = keys.map((key) => provenance[key]).find((known) => known !== undefined)
      found[path] = tag ?? 'ours'
      return
    }
    for (const [name, child] of children) {
      const place = Array.isArray(value) ? `${path}[${name}]` : join(path, name)
      const next = keys.map((key) => (Array.isArray(value) ? `${key}[]` : join(key, name)))
      visit(child, place, [...variantPlaces(keys, value, name), ...next])
    }
  }
  visit(config, '', [''])
  return found
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** `training.optimizer(adam).lr` for the key `lr` of an optimiser named adam. */
function variantPlaces(keys: readonly string[], value: unknown, name: string): string[] {
  if (!isObject(value)) return []
  const tag = variantKeys.map((key) => value[key]).find((text) => typeof text === 'string')
  return tag === undefined
    ? []
    : keys.filter((key) => key !== '').map((key) => `${key}(${tag}).${name}`)
}
