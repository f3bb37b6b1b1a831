import { resolve } from 'node:path'
import { boundsNothing, NOT_BOUNDED } from '../../comparison/clauses/wording.js'
import { assumedLows, assumedOthers } from '../../comparison/power/assumedShares.js'
import { countedSum, simulatedShares } from '../../comparison/power/decidingDesign.js'
import { type GridSizes, oddsOfRight, verdictOdds } from '../../comparison/power/verdictOdds.js'
import type { SimulatedShares } from '../../comparison/simulate.js'
import { InputError, messageOf } from '../../core/errors.js'
import { designSettings, isOwnGrid, planOfDesign } from '../../plan/designs.js'
import { plannedGrids } from '../../plan/designWarnings.js'
import { estimatePlan } from '../../plan/estimate.js'
import type { Plan } from '../../plan/types.js'
import { isFolder, jsonText } from '../../store/atomic.js'
import {
  type FinishedStudy,
  mainEffects,
  readFinishedStudy,
} from '../../tasks/reporting/finishedStudy.js'
import { planOf } from '../../tasks/state/manifest.js'
import { measureUnitTimes, secondsOf, type UnitTimes } from '../../tasks/training/unitTimes.js'
import type { RunnableStudy } from '../../tasks/types.js'
import type { PowerOptions } from '../commands/power.js'
import { describePower, type JudgedDesign, type PowerReport, shapeOf } from '../power/describe.js'
import { readGrids, readNumbers } from '../power/options.js'
import { openStudy } from '../study.js'
import { dataFolders } from '../studyOptions.js'

/** Prints the odds of each verdict by design, what it costs, and the cheapest that decides. */
export async function power(file: string, options: PowerOptions): Promise<void> {
  process.stdout.write(await describe(file, options))
}

async function describe(file: string, options: PowerOptions): Promise<string> {
  const study = await openSource(file, options)
  const { plan } = study
  const { alpha, margin, seed } = plan.config.comparison
  const [wanted] = readNumbers(options.odds, '--odds', { least: 0, most: 1 })
  const [studies] = readNumbers(options.studies, '--studies', { least: 1, most: 1e6, whole: true })
  const truths = truthsOf(options, study.shares)
  const designs = designsOf(options, study)
  const times = options.time ? await timesOf(study) : undefined
  // All costs first: a design that the data have too few samples for is refused before any is simulated.
  const isOwn = changesOwnGrid(plan)
  // What is asked for in a configuration, of which a filter may leave fewer to compare.
  const asked = (design: GridSizes): GridSizes =>
    options.samples === undefined
      ? { ...design, samples: plan.config.analysis.samples.count }
      : design
  const costs = designs.map((design) => (isOwn ? costOf(plan, asked(design), times) : {}))
  const began = performance.now()
  const judged = designs.map((design, index): JudgedDesign => {
    const odds = truths.map((shares) =>
      verdictOdds(design, shares, { studies, seed, comparison: { alpha, margin } }),
    )
    if (performance.now() - began > QUIET_MS && index < designs.length - 1) {
      process.stderr.write(`${shapeOf(design)} done, ${designs.length - index - 1} left\n`)
    }
    const right = odds.map((one, truth) => oddsOfRight(one, truths[truth], margin))
    return { design, ...costs[index], odds, right }
  })
  const fit = judged.filter(({ right }) => right.every((share) => share >= wanted))
  const cheapest = fit.reduce<JudgedDesign | undefined>(
    (best, one) => (best === undefined || isCheaper(one, best) ? one : best),
    undefined,
  )
  const { source } = study
  const report: PowerReport = {
    source,
    truths,
    margin,
    alpha,
    studies,
    wanted,
    designs: judged,
    cheapest,
  }
  if (options.json) return jsonText(report)
  const settings = cheapest && isOwn ? designSettings(plan.config, asked(cheapest.design)) : []
  return describePower(report, settings)
}

/** So long nothing is said. */
const QUIET_MS = 2000

/** What is planned, and what is known of its shares. */
interface Source extends RunnableStudy {
  readonly shares: SimulatedShares | undefined
  /** Samples that its networks are compared on: of a finished study under a filter fewer than it asked for. */
  readonly samples: number
  readonly source: string
}

/** Opens a configuration, or the study of a folder as a pilot. */
async function openSource(file: string, options: PowerOptions): Promise<Source> {
  const written = options.shares === undefined ? 'assumed' : 'given by --shares'
  if (!(await isFolder(file))) {
    const study = await openStudy(file, { ...options, results: 'results' })
    const { count } = study.plan.config.analysis.samples
    return { ...study, shares: undefined, samples: count, source: `are ${written}` }
  }
  if (options.set !== undefined) {
    throw new InputError(
      '--set changes a configuration; the settings of a finished study are its own',
    )
  }
  const pilot = await readFinishedStudy(resolve(file))
  const plan = planOf(pilot.manifest)
  if (typeof plan === 'string') throw new InputError(`${file}: the manifest ${plan}`)
  const { shares, said } = pilotShares(pilot)
  const asked = plan.config.analysis.samples.count
  const compared = pilot.verdict.meanSquares?.own.samples ?? asked
  const filtered =
    compared < asked && options.samples === undefined
      ? `, on the ${compared} samples that were compared of the ${asked} that it asks for`
      : ''
  return {
    plan,
    baseDir: process.cwd(),
    results: resolve(file, '..'),
    dataDirs: dataFolders(options.dataDir),
    shares,
    samples: compared,
    source:
      (options.shares === undefined ? `are those of ${file}${said}` : `are ${written}`) + filtered,
  }
}

/** Shares of the main grid of a pilot, none below 0, and what is said of them. Throws InputError where it has none. */
function pilotShares(pilot: FinishedStudy): { shares: SimulatedShares; said: string } {
  const rows = new Map(mainEffects(pilot).map((row) => [row.effect, row]))
  const share = (name: string) => rows.get(name)?.estimate ?? 0
  if (rows.get('low')?.estimate === undefined) {
    throw new InputError(
      `${pilot.folder} has no variance shares (${rows.get('low')?.note ?? 'no grid'}): give a configuration, with --low and --shares`,
    )
  }
  const found = {
    low: share('low'),
    high: share('high'),
    sample: share('sample'),
    order: share('order'),
  }
  const shares = simulatedShares(found)
  const { ci_low, ci_high } = rows.get('low') as { ci_low?: number; ci_high?: number }
  const interval =
    ci_low === undefined || ci_high === undefined
      ? ''
      : boundsNothing({ low: ci_low, high: ci_high })
        ? ` (its low share is ${NOT_BOUNDED}; try several with --low)`
        : ` (its low share lies between ${ci_low.toFixed(2)} and ${ci_high.toFixed(2)}: try --low ${tried({ low: ci_low, high: ci_high }, shares)})`
  const noOrder = rows.get('order')?.estimate === undefined ? ', without an order share' : ''
  const sum = countedSum(found)
  const scaled = sum > 1 ? `, divided by ${sum.toFixed(2)}, as they add up to more than 1` : ''
  return { shares, said: interval + noOrder + scaled }
}

/** The ends of an interval as low shares that can be simulated: none below 0, none above what the other shares leave. */
function tried(
  { low, high }: { readonly low: number; readonly high: number },
  { high: ofHigh, sample, order = 0 }: SimulatedShares,
): string {
  const most = Math.floor(100 * (1 - ofHigh - sample - order)) / 100
  const ends = [low, high].map((end) => Math.min(most, Math.max(0, end)).toFixed(2)).join()
  return most < high ? `${ends}, as the other shares leave no more` : ends
}

function truthsOf(
  { low, shares }: PowerOptions,
  pilot: SimulatedShares | undefined,
): SimulatedShares[] {
  const others =
    shares === undefined ? undefined : readNumbers(shares, '--shares', { least: 0, most: 1 })
  if (others !== undefined && others.length !== 3) {
    throw new InputError(`--shares ${shares}: give three numbers, of high, sample and order`)
  }
  const [high, sample, order = 0] = others ?? [
    pilot?.high ?? assumedOthers.high,
    pilot?.sample ?? assumedOthers.sample,
    pilot?.order ?? assumedOthers.order,
  ]
  const lows =
    low === undefined
      ? pilot === undefined
        ? assumedLows
        : [pilot.low]
      : readNumbers(low, '--low', { least: 0, most: 1 })
  return lows.map((own) => {
    if (own + high + sample + order <= 1 + 1e-9) return { low: own, high, sample, order }
    throw new InputError(
      `shares add up to more than 1: low ${own}, high ${high}, sample ${sample}, order ${order} (--low, --shares)`,
    )
  })
}

function designsOf({ grids, samples }: PowerOptions, { plan, samples: own }: Source): GridSizes[] {
  const { config } = plan
  const { grid } = config.networks
  const repeats = (grid?.repeats ?? 1) - 1
  const main = plannedGrids(plan).at(0)?.sizes
  const counts =
    samples === undefined
      ? [own]
      : readNumbers(samples, '--samples', { least: 2, most: 1e5, whole: true })
  return counts.flatMap((count) =>
    readGrids(grids).map((sizes) => ({
      ...sizes,
      repeats,
      donors: main?.donors ?? 1,
      samples: count,
    })),
  )
}

async function timesOf({ plan, ...places }: Source): Promise<UnitTimes | undefined> {
  try {
    return await measureUnitTimes(plan, places)
  } catch (error) {
    process.stderr.write(`no time estimate: ${messageOf(error)}\n`)
    return undefined
  }
}

/** Whether the grid of the verdict is that of the configuration, which a design changes; of networks of a list or from elsewhere no cost is known. */
function changesOwnGrid(plan: Plan): boolean {
  const judged = plannedGrids(plan).at(0)?.grid
  return judged === undefined || isOwnGrid(plan.config, judged)
}

function costOf(
  plan: Plan,
  design: GridSizes,
  times: UnitTimes | undefined,
): Pick<JudgedDesign, 'networks' | 'trainingSteps' | 'forwardPasses' | 'seconds'> {
  const changed = planOfDesign(plan, design)
  if (changed === undefined) return {}
  const work = estimatePlan(changed)
  return {
    networks: new Set(changed.networks.map(({ id }) => id)).size,
    trainingSteps: work.trainingSteps,
    forwardPasses: work.forwardPasses,
    seconds: times && secondsOf(work, times, changed),
  }
}

/** By time where that is known, else by networks and samples. */
function isCheaper(a: JudgedDesign, b: JudgedDesign): boolean {
  const cost = ({ seconds, forwardPasses, design }: JudgedDesign) =>
    seconds ??
    forwardPasses ??
    design.lows * (design.donors ?? 1) * design.highs * design.orders * design.samples
  return cost(a) < cost(b)
}
