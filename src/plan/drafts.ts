import type { ExperimentConfig } from '../config/schema.js'
import { InputError } from '../core/errors.js'
import { init } from '../regimes/init.js'
import { regimeOf } from '../regimes/registry.js'
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
  /** Blocks drawn anew with respect to `from`, and the seed that draws them. */
  readonly redrawn?: {
    readonly layers: 'low' | 'high' | 'all' | readonly string[]
    readonly seed: number
  }
  /** Sides of the cut whose seeds are those of `from`, block by block. */
  readonly keeps?: readonly ('low' | 'high')[]
  /** Architecture of the grid beside which this other one stands: low layers must be alike. */
  readonly besides?: string
  /** Name of the network this one is derived from. */
  readonly from?: string
  readonly role: 'analysed' | 'donor'
}

/** Added to a low seed to give the high and order seeds of the donor that lends the low layers. */
const DONOR_SEED_OFFSET = 1_000_000

/** Every network that the study trains, donors before those who inherit from them; those from elsewhere may lend too. */
export function draftNetworks(
  config: ExperimentConfig,
  given: readonly GivenNetwork[] = [],
): Draft[] {
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
  const donors = regimeOf(common.regime).donorStep
    ? grid.low.map((low) => donorDraft(common, prefix, low))
    : []
  const cell = (low: number, high: number, order: number): Draft => ({
    ...common,
    name: `${prefix}low${low}-high${high}-order${order}`,
    seeds: { low, high, order },
    from: donors.find((donor) => donor.seeds.low === low)?.name,
    role: 'analysed',
  })
  const crossed = grid.low.flatMap((low) =>
    grid.high.flatMap((high) => grid.order.map((order) => cell(low, high, order))),
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

/** A network trained for its low layers alone; no analysed network shares its other seeds. */
function donorDraft(common: Common, prefix: string, low: number): Draft {
  const other = DONOR_SEED_OFFSET + low
  return {
    ...common,
    name: `${prefix}donor-low${low}`,
    regime: init.name,
    seeds: { low, high: other, order: other },
    role: 'donor',
  }
}

/** What a network takes over from the one that it is derived from. */
type Base = Pick<Draft, 'seeds'> & Partial<Pick<Draft, 'architecture'>>

function listDrafts(config: ExperimentConfig, list: List, given: readonly GivenNetwork[]): Draft[] {
  const drafts = new Map<string, Draft>()
  for (const entry of list) {
    const lender = given.find(({ name }) => name === entry.from)
    const base = lender === undefined ? drafts.get(entry.from ?? '') : { seeds: knownSeeds(lender) }
    if (entry.from !== undefined && base === undefined) {
      throw new InputError(
        `networks.list: "${entry.name}" is from "${entry.from}", but no network of that name stands before it`,
      )
    }
    drafts.set(entry.name, listDraft(config, entry, base))
  }
  return [...drafts.values()]
}

/** Seeds of a network from elsewhere. Throws InputError where they are not known. */
function knownSeeds({ name, seeds: { low, high, order } }: GivenNetwork): Draft['seeds'] {
  if (low !== undefined && high !== undefined) return { low, high, order }
  throw new InputError(
    `networks.files: "${name}" lends layers to another network, for which its seeds "low" and "high" are needed`,
  )
}

function listDraft(config: ExperimentConfig, entry: List[number], base?: Base): Draft {
  const seed = entry.seed ?? 0
  const model = modelOf(config)
  const { low, high, order } = { ...(base?.seeds ?? allSeeds(seed)), ...entry.seeds }
  const redrawn = entry.rerandomize === undefined ? undefined : { layers: entry.rerandomize, seed }
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
