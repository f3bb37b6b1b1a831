/** What masking takes for granted, in lines for users: chosen players, means as baseline, and how sure those are. */
import type { AnalysisConfig } from '../config/analysis.js'
import { firstNames } from '../core/firstNames.js'
import { counted } from '../core/numberWords.js'
import type { PathOf } from '../data/paths.js'
import { sampleAt } from '../data/rows.js'
import type { Dataset } from '../data/types.js'
import { inputMoments, meanUncertainty } from './baseline/baselines.js'
import { fileBaseline } from './baseline/configureBaseline.js'
import { fedRange } from './foreign/fedRange.js'
import { placePlayers } from './players/configurePlayers.js'
import { ownPlayers } from './players/inputPlayers.js'
import { BACKGROUND } from './types.js'

/** Numbers that a line shows of a list. */
const SHOWN = 8

/**
 * Which cells or features the analysis chose as players from the training data, where others could have been, a line.
 * Nothing is said of texts, whose players differ from text to text.
 */
export function playerAssumptions(
  players: AnalysisConfig['players'],
  data: Dataset,
  pathOf: PathOf,
): string[] {
  if (data.kind === 'text') return []
  if (data.kind === 'tokens') return wordAssumptions(data)
  const { select } = players
  if (players.layout === 'segments' || (select !== 'variance' && select !== 'random')) return []
  const placed = placePlayers(players, data, pathOf)
  const { names, map } = placed.players(sampleAt(data.train, 0), data.shape)
  if (!map.includes(BACKGROUND)) return []
  const by = select === 'variance' ? ` over ${data.train.count} training samples` : ''
  const { count } = ownPlayers(players)
  const [chosen, told] = [names.slice(0, count), names.slice(count)]
  const beside = told.length === 0 ? '' : `, and ${told.join(', ')} (analysis.players.inputs)`
  return [
    `the players are ${chosen.join(', ')}, chosen by ${select}${by} (analysis.players.select)${beside}; ` +
      'all else is never masked',
  ]
}

/** What masked players are replaced by, where that is a mean of raw inputs or was written in other units, a line. */
export function baselineAssumptions(
  { players, baseline }: AnalysisConfig,
  data: Dataset,
  pathOf: PathOf,
): string[] {
  if (data.kind === 'text' || data.kind === 'tokens') return []
  const lines: string[] = []
  if (takesInputMean(players, baseline)) {
    const { means } = inputMoments(data)
    const beside = players.inputs === undefined ? '' : '; values of further inputs take theirs'
    if (!isZeroByStandardization(means, data)) lines.push(describeMean(means, data) + beside)
  }
  if (typeof baseline === 'object' && 'file' in baseline) {
    if (data.standardization !== undefined) {
      lines.push(
        `the values of ${baseline.file} are those of standardised inputs (data.standardize), as networks get them`,
      )
    }
    if (players.layout !== 'layer') lines.push(...beyondSamples(baseline.file, data, pathOf))
  }
  return lines
}

/** That constants of a file are larger or smaller than their channel or feature is in any sample, as where they are in other units, a line. */
function beyondSamples(
  file: string,
  { train, shape, features, axisOrder }: Dataset,
  pathOf: PathOf,
): string[] {
  const constants = fileBaseline(file, shape, pathOf, axisOrder).valuesFor(train.inputs)
  const [own, samples] = [constants, train.inputs].map(
    (values) => fedRange([values], shape).channels,
  )
  const at = own.findIndex(({ min, max }, c) => min < samples[c].min || max > samples[c].max)
  if (at === -1) return []
  const range = ({ min, max }: { min: number; max: number }) =>
    [...new Set([min, max])].map((value) => Number(value.toPrecision(4))).join(' to ')
  return [
    `the values of ${file} for ${features?.[at] ?? `channel ${at}`}, ${range(own[at])}, lie beyond those of the training ` +
      `samples, ${range(samples[at])}: are they in the same units?`,
  ]
}

/** Largest distance from 0 of a mean that was subtracted: the rounding of standardised inputs to float32. */
const ROUNDING = 1e-6

/** Whether the mean is 0 by construction: that of the very training samples which inputs were standardised by. */
function isZeroByStandardization(
  means: Float32Array,
  { standardization }: Pick<Dataset, 'standardization'>,
): boolean {
  return standardization !== undefined && means.every((mean) => Math.abs(mean) <= ROUNDING)
}

function describeMean(means: Float32Array, data: Dataset): string {
  const error = meanUncertainty(data)
  const units = data.standardization === undefined ? '' : ' of standardised inputs'
  const uncertain =
    error === undefined ? '' : `, which is uncertain by ${percent(error)} of a standard deviation`
  return (
    `masked players take the mean of ${data.train.count} training samples, ${shown(means)}${units}${uncertain} ` +
    '(analysis.baseline)'
  )
}

/** Standard error of the mean, in deviations of the inputs, above which it is a warning (our choice). */
const UNCERTAIN = 0.1

/** That masked players take a mean of few samples, whose interactions those of more samples would not be. */
export function baselineWarnings({ players, baseline }: AnalysisConfig, data: Dataset): string[] {
  if (data.kind === 'text' || data.kind === 'tokens') return []
  if (!takesInputMean(players, baseline)) return []
  const error = meanUncertainty(data)
  const { count } = data.train
  if (count > 1 && (error === undefined || error <= UNCERTAIN)) return []
  const by =
    error === undefined ? '' : `: it is uncertain by ${percent(error)} of a standard deviation`
  return [
    `masked players take the mean of only ${counted(count, 'training sample')}${by}, and values and ` +
      'interactions with it; give more samples (data.train, data.heldOut), or the mean of many: analysis.baseline: {file: mean.npy}',
  ]
}

/** Whether masked inputs become the mean of the training inputs; that of an inner layer is another. */
function takesInputMean(
  { layout }: AnalysisConfig['players'],
  baseline: AnalysisConfig['baseline'],
): boolean {
  return baseline === 'mean' && layout !== 'layer'
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(2)}%`
}

function wordAssumptions({ parts = [] }: Dataset): string[] {
  const named = parts.some(({ role }) => role === 'names')
  return [
    'players are words, drawn anew for each text (analysis.players.count, seed); never ' +
      (named
        ? 'padding, special tokens, marks and English stop words'
        : 'padding and special tokens (words have no names: data.words or data.vocabulary gives them)'),
  ]
}

function shown(values: Float32Array): string {
  const numbers = Array.from(values, (value) => Number(value.toPrecision(3)))
  return firstNames(numbers, SHOWN)
}
