/** From a merged document to a valid configuration, or to all of its problems with their places. */
import { basename, extname } from 'node:path'
import type { z } from 'zod'
import { ConfigError, type ConfigProblem } from '../core/errors.js'
import { limits } from '../core/limits.js'
import { crossChecks } from './checks.js'
import { withComputedDefaults } from './computedDefaults.js'
import { type Finding, findingsOf, valueAt } from './problems.js'
import { type ExperimentConfig, experimentSchema } from './schema.js'
import { type ConfigSource, dotted, type Found } from './source.js'

/**
 * Checks a merged configuration and fills in its defaults. `sources`, from the lowest layer to the
 * highest, say where each value was written. Throws ConfigError with every problem.
 */
export function resolveConfig(
  sources: readonly ConfigSource[],
  merged: unknown,
  study: string,
): ExperimentConfig {
  const { config, findings } = check(withComputedDefaults(merged, study))
  if (config !== undefined && findings.length === 0) return config
  throw new ConfigError(inOrder(findings.map((finding) => locate(finding, sources))))
}

/** Name of a study from its file's: `configs/mnist lenet.yaml` → `mnist-lenet`. */
export function studyName(file: string): string {
  const name = basename(file, extname(file))
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, limits.fileNameLetters)
  return name === '' ? 'study' : name
}

function check(value: unknown): { config?: ExperimentConfig; findings: Finding[] } {
  const whole = experimentSchema.safeParse(value)
  if (whole.success) {
    // A section that was not written is undefined, one that is wrong by itself is absent.
    const findings = crossChecks({ ...whole.data, model: whole.data.model })
    return { config: whole.data, findings }
  }
  const findings = findingsOf(whole.error.issues, value)
  return { findings: [...findings, ...crossChecks(validSections(value))] }
}

/** The sections that are right by themselves, so that checks across them still run. */
function validSections(value: unknown): Partial<ExperimentConfig> {
  const sections = Object.entries(experimentSchema.shape) as [string, z.ZodType][]
  const valid = sections.flatMap(([name, schema]) => {
    const result = schema.safeParse(valueAt(value, [name]))
    return result.success ? [[name, result.data]] : []
  })
  return Object.fromEntries(valid)
}

/** Gives a finding the place of the longest part of its path that was written, in the top layer. */
function locate(finding: Finding, sources: readonly ConfigSource[]): ConfigProblem {
  let best: Found | undefined
  for (const source of sources.toReversed()) {
    const found = source.placeOf(finding.path, finding.aboutKey === true ? 'key' : 'value')
    if (found === undefined) continue
    if (best === undefined || found.depth > best.depth) best = found
    if (found.closed) break
  }
  return { file: '', ...best?.place, path: dotted(finding.path), message: finding.message }
}

/** By file (as first met), then line and column; each problem once. */
function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const files = [...new Set(problems.map(({ file }) => file))]
  // Not by their sources: a line may be all of a file, and hold thousands of problems.
  const keyOf = ({ source: _, ...rest }: ConfigProblem) => JSON.stringify(rest)
  const unique = new Map(problems.map((problem) => [keyOf(problem), problem]))
  return [...unique.values()].toSorted(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  )
}
