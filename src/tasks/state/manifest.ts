/** Makes the manifest of a study from its plan, and the plan again from a manifest. */
import { createRequire } from 'node:module'
import { arch, cpus, hostname, platform, totalmem } from 'node:os'
import { provenance } from '../../config/provenance.js'
import { experimentSchema } from '../../config/schema.js'
import { messageOf } from '../../core/errors.js'
import { COMPARISON_VERSION } from '../../plan/comparisonVersion.js'
import { planStudy } from '../../plan/plan.js'
import type { DataInfo, Plan, StudyNetwork } from '../../plan/types.js'
import type { Manifest } from '../../store/manifest.js'
import { schemaVersion } from '../../tables/tables.js'

const { version } = createRequire(import.meta.url)('#package') as { version: string }

interface RunFacts extends Pick<Manifest, 'failed' | 'lacking'> {
  readonly engines: readonly unknown[]
  /** What was assumed about networks from elsewhere, a line each. */
  readonly assumptions: readonly string[]
  /** Fingerprint of the baseline of every network and step. */
  readonly baselines: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>
  readonly seconds: number
}

/** What a study can be planned again from. */
export type Planned = Pick<Manifest, 'id' | 'lowlayer' | 'config' | 'data'>

/** {@link Planned} of a plan: {@link planOf} makes the same plan of it. */
export function plannedOf({ id, config, data }: Plan): Planned {
  return { id, lowlayer: version, config, data }
}

/** The manifest of a study whose tables were made of what there is. */
export function manifestOf(plan: Plan, facts: RunFacts): Manifest {
  const { assumptions = [], ...data } = plan.data
  return {
    complete: Object.keys({ ...facts.failed, ...facts.lacking }).length === 0,
    id: plan.id,
    study: plan.study,
    schemaVersion,
    comparisonVersion: COMPARISON_VERSION,
    lowlayer: version,
    versions: { node: process.version, engines: facts.engines },
    host: {
      name: hostname(),
      platform: platform(),
      arch: arch(),
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryBytes: totalmem(),
    },
    runtime: plan.config.runtime,
    config: plan.config,
    data,
    assumptions: [...assumptions, ...facts.assumptions],
    valuesId: plan.valuesId,
    interactionsId: plan.interactionsId,
    networks: plan.networks.map(describeNetwork),
    baselines: facts.baselines,
    failed: facts.failed,
    lacking: facts.lacking,
    compareSeconds: facts.seconds,
    finishedAt: new Date().toISOString(),
    provenance,
  }
}

function describeNetwork(network: StudyNetwork): Record<string, unknown> {
  const { id, name, role, regime, seeds, lowBlocks, from } = network
  const known = { id, name, role, regime, seeds, lowBlocks, from }
  if (network.origin === 'given') {
    const { files, spec } = network
    return { ...known, files, checkpoints: spec.checkpoints, reading: spec.reading }
  }
  const { initSeeds, orderSeed } = network.spec
  return { ...known, initSeeds, orderSeed }
}

/**
 * The plan of the study that a manifest tells of, or why it cannot be made: a configuration or networks
 * that this version does not know, as another one may have written.
 */
export function planOf(manifest: Planned): Plan | string {
  const by = `it was written by lowlayer ${String(manifest.lowlayer)}, this is ${version}`
  const config = experimentSchema.safeParse(manifest.config)
  if (!config.success) {
    const [{ path, message }] = config.error.issues
    const place = ['config', ...path].map(String).join('.')
    return `holds no configuration that this lowlayer knows (${place}: ${message}; ${by})`
  }
  try {
    const plan = planStudy(config.data, manifest.data as DataInfo)
    if (plan.id === manifest.id) return plan
    return `is of the study ${String(manifest.id)}, and this lowlayer plans another one from its configuration (${by})`
  } catch (error) {
    return `holds a configuration from which no study can be planned (${messageOf(error)}; ${by})`
  }
}
