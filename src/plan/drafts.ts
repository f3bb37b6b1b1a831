/** Lists the networks of a study, from its grids and lists, before anything is known of their layers. */
import type { ExperimentConfig } from '../config/schema.js'
import { InputError } from '../core/errors.js'
import { init } from '../regimes/init.js'
import { regimeOf } from '../regimes/registry.js'
import type { Side } from '../regimes/types.js'
import { modelOf } from './modelOf.js'
import type { GivenNetwork } from './types.js'

/** A network as the configuration describes it, before its layers are known. */
export interface Draft {
  readonly name: string
  readonly architecture: string
  /** What counts as low: a depth, layer names, or the default of the architecture. */
  readonly cut?: number | readonly string[]
  readonly regime: string
  readonly seeds: { readonly low: number; readonly high: number; readonly order: number }
  /** Blocks drawn anew with respect to `from`, and the seeds that draw those of either side. */
  readonly redrawn?: {
    readonly layers: 'low' | 'high' | 'all' | readonly string[]
    readonly seeds: { readonly low: number; readonly high: number }
  }
  /** Sides of the cut whose seeds are those of `from`, block by block. */
  readonly keeps?: readonly ('low' | 'high')[]
  /** Architecture of the grid beside which this other one stands: low layers must be alike. */
  readonly besides?: string
  /** Name of the network this one is derived from. */
  readonly from?: string
  readonly role: 'analysed' | 'donor'
}

/** Added to the seed of the layers that a donor lends, to give its other seeds; twice that for a second donor, and so on. */
const DONOR_SEED_OFFSET = 1_000_000

/** Every network that the study trains, donors before those who inherit from them; those from elsewhere may lend too. */
export function draftNetworks(config: ExperimentConfig, given: readonly GivenNetwork[]): Draft[] {
  const { grid, list } = config.networks
  const fromGrid = grid === undefined ? [] : gridDrafts(config, grid)
  const fromList = list === undefined ? [] : listDrafts(config, list, given)
  return [...fromGrid, ...fromList]
}

type Grid = NonNullable<ExperimentConfig['networks']['grid']>
type List = NonNullable<ExperimentConfig['networks']['list']>

/** The crossed grid for every cut and regime. */
function gridDrafts(config: ExperimentConfig, grid: Grid): Draft[] {
  const model = modelOf(config)
  const cuts = grid.cuts ?? [model.low]
  return cuts.flatMap((cut, index) =>
    grid.regimes.flatMap((regime) => {
      const words = [
        cuts.length > 1 ? cutName(cut, index) : '',
        grid.regimes.length > 1 ? regime : '',
      ]
      const prefix = words.map((word) => (word === '' ? '' : `${word}-`)).join('')
      const common = { architecture: model.architecture, cut, regime }
      return crossedDrafts(grid, common, prefix)
    }),
  )
}

function cutName(cut: Draft['cut'], index: number): string {
  return typeof cut === 'number' ? `cut${cut}` : `cut#${index + 1}`
}

type Common = Pick<Draft, 'architecture' | 'cut' | 'regime'>

/**
 * One crossed low × high × order grid, with its donors, repeats and other architectures. `repeats`
 * adds networks on the diagonal (low seed i with high seed i) that differ in nothing but the order
 * seed: the ceiling of all overlaps.
 */
function crossedDrafts(grid: Grid, common: Common, prefix: string): Draft[] {
  const { donorStep, side } = regimeOf(common.regime)
  const donorNumbers = Array.from(
    { length: donorStep === undefined ? 1 : grid.donors },
    (_, n) => n,
  )
  const donors =
    donorStep === undefined
      ? []
      : grid[side].flatMap((seed) => donorNumbers.map((n) => donorDraft(common, prefix, seed, n)))
  const cell = (low: number, high: number, order: number, n = 0): Draft => {
    const seeds = { low, high, order }
    const donor = n === 0 ? '' : `donor${n + 1}-`
    return {
      ...common,
      name: `${prefix}${donor}low${low}-high${high}-order${order}`,
      seeds,
      from: donorStep && donorName(prefix, side, seeds[side], n),
      role: 'analysed',
    }
  }
  const crossed = donorNumbers.flatMap((n) =>
    grid.low.flatMap((low) =>
      grid.high.flatMap((high) => grid.order.map((order) => cell(low, high, order, n))),
    ),
  )
  const firstNewOrder = Math.max(...grid.order) + 1
  const repeats = grid.low
    .slice(0, grid.high.length)
    .flatMap((low, index) =>
      Array.from({ length: grid.repeats - 1 }, (_, repeat) =>
        cell(low, grid.high[index], firstNewOrder + repeat),
      ),
    )
  const otherArchitectures = (grid.architectures ?? []).flatMap((architecture) =>
    grid.low.map((low) => {
      const same = cell(low, grid.high[0], grid.order[0])
      return {
        ...same,
        architecture,
        besides: common.architecture,
        name: `${prefix}${architecture}-low${low}`,
      }
    }),
  )
  return [...donors, ...crossed, ...repeats, ...otherArchitectures]
}

/**
 * A network trained for the layers of one side alone; no analysed network shares its other seeds. Several of one seed,
 * numbered from 0, differ in these.
 */
function donorDraft(common: Common, prefix: string, seed: number, n: number): Draft {
  const { side } = regimeOf(common.regime)
  const other = (n + 1) * DONOR_SEED_OFFSET + seed
  return {
    ...common,
    name: donorName(prefix, side, seed, n),
    regime: init.name,
    seeds: { low: other, high: other, order: other, [side]: seed },
    role: 'donor',
  }
}

function donorName(prefix: string, side: Side, seed: number, n: number): string {
  return `${prefix}donor${n === 0 ? '' : n + 1}-${side}${seed}`
}

/** What a network takes over from the one that it is derived from. */
type Base = Pick<Draft, 'seeds'> & Partial<Pick<Draft, 'architecture'>>

function listDrafts(config: ExperimentConfig, list: List, given: readonly GivenNetwork[]): Draft[] {
  const drafts = new Map<string, Draft>()
  for (const entry of list) {
    const lender = given.find(({ name }) => name === entry.from)
    const base =
      lender === undefined ? drafts.get(entry.from ?? '') : { seeds: lentSeeds(lender, entry) }
    if (entry.from !== undefined && base === undefined) {
      throw new InputError(
        `networks.list: "${entry.name}" is from "${entry.from}", but no network of that name stands before it`,
      )
    }
    drafts.set(entry.name, listDraft(config, entry, base))
  }
  return [...drafts.values()]
}

/** Seeds of a network from elsewhere. Throws InputError where they are not known, or its layers would have to be drawn again. */
function lentSeeds(
  { name, seeds: { low, high, order } }: GivenNetwork,
  { name: heir, regime }: List[number],
): Draft['seeds'] {
  if (regimeOf(regime).donorStep === undefined) {
    throw new InputError(
      `networks.list: "${heir}" is from "${name}", whose layers another tool drew: under regime ${regime} they would be drawn again, which cannot be done here; ` +
        'take trained ones over (regime: trained-frozen, say)',
    )
  }
  if (low !== undefined && high !== undefined) return { low, high, order }
  throw new InputError(
    `networks.files: "${name}" lends layers to another network, for which its seeds "low" and "high" are needed`,
  )
}

function listDraft(config: ExperimentConfig, entry: List[number], base?: Base): Draft {
  const seed = entry.seed ?? 0
  const model = modelOf(config)
  const { low, high, order } = { ...(base?.seeds ?? allSeeds(seed)), ...entry.seeds }
  const redrawn =
    entry.rerandomize === undefined
      ? undefined
      : { layers: entry.rerandomize, seeds: { ...allSeeds(seed), ...entry.seeds } }
  return {
    name: entry.name,
    architecture: entry.architecture ?? base?.architecture ?? model.architecture,
    cut: model.low,
    regime: entry.regime,
    seeds: { low, high, order },
    redrawn,
    keeps: base && (['low', 'high'] as const).filter((side) => entry.seeds?.[side] === undefined),
    from: entry.from,
    role: 'analysed',
  }
}

function allSeeds(seed: number): Draft['seeds'] {
  return { low: seed, high: seed, order: seed }
}
