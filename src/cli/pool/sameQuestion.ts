/** Whether studies asked the same question, and what else differs. */
import { isDeepStrictEqual } from 'node:util'
import { InputError } from '../../core/errors.js'
import { firstNames } from '../../core/firstNames.js'
import { isObject } from '../../core/isObject.js'
import type { FinishedStudy } from '../../tasks/reporting/finishedStudy.js'

/** What has to agree: where it differs, shares are shares of different things. */
function questionOf({
  config,
  verdict: { grid },
}: FinishedStudy): Readonly<Record<string, unknown>> {
  const { score, offsetScope, phase, references } = config.confusing
  return {
    architecture: grid?.architecture,
    regime: grid?.regime,
    cut: grid?.cut,
    'confusing.score': score,
    'confusing.offsetScope': offsetScope,
    'confusing.phase': phase,
    'confusing.references': references,
    'analysis.output': config.analysis.output,
    'comparison.alpha': config.comparison.alpha,
    'comparison.margin': config.comparison.margin,
  }
}

/** Keys that a message names. */
const NAMED = 8

/**
 * Throws InputError naming what differs where studies did not ask the same. Returns a line naming other settings
 * that differ, which data and which samples apart, since these are what is pooled over; undefined where there are none.
 */
export function checkSameQuestion(studies: readonly FinishedStudy[]): string | undefined {
  const [first, ...others] = studies
  const asked = questionOf(first)
  for (const other of others) {
    const found = questionOf(other)
    const wrong = Object.keys(asked).filter((key) => !isDeepStrictEqual(asked[key], found[key]))
    if (wrong.length === 0) continue
    const listed = wrong
      .map((key) => `${key} (${said(asked[key])}, ${said(found[key])})`)
      .join(', ')
    throw new InputError(
      `${first.folder} and ${other.folder} asked different things: ${listed}; only studies of the same question are pooled`,
    )
  }
  const differ = new Set(
    others.flatMap((other) => differences(settingsOf(first), settingsOf(other))),
  )
  if (differ.size === 0) return undefined
  return `the studies differ in more than their data: ${firstNames([...differ], NAMED)}`
}

function said(value: unknown): string {
  if (value === undefined) return 'none'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function settingsOf({ config }: FinishedStudy): object {
  const { samples, ...analysis } = config.analysis
  const { labelNoise, labelNoiseTo } = config.data
  return {
    model: config.model,
    training: config.training,
    data: { labelNoise, labelNoiseTo },
    analysis: { ...analysis, samples: { split: samples.split, filter: samples.filter } },
    confusing: config.confusing,
  }
}

/** Dotted paths at which two values differ. */
function differences(a: unknown, b: unknown, path = ''): string[] {
  if (isDeepStrictEqual(a, b)) return []
  if (!isObject(a) || !isObject(b)) return [path]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) =>
    differences(a[key], b[key], path === '' ? key : `${path}.${key}`),
  )
}
