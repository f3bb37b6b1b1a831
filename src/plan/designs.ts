/** The same study with another design: for what it would cost. */
import type { GridSizes } from '../comparison/power/verdictOdds.js'
import type { GridName } from '../comparison/types.js'
import type { ExperimentConfig } from '../config/schema.js'
import { planStudy } from './plan.js'
import type { Plan } from './types.js'

/**
 * The configuration with a grid and a panel of these sizes: its own seeds first, so that networks that are there
 * serve, then the next numbers. Undefined where it has no grid. Of another number of samples the first ones stay the
 * first, and drawn ones stand in the place of named ones.
 */
export function withDesign(
  config: ExperimentConfig,
  { lows, highs, orders, repeats, samples }: GridSizes,
): ExperimentConfig | undefined {
  const { grid } = config.networks
  if (grid === undefined) return undefined
  const { ids: _ids, ...unnamed } = config.analysis.samples
  const sameCount = unnamed.count === samples
  const first = unnamed.first === undefined ? {} : { first: samples }
  return {
    ...config,
    networks: {
      ...config.networks,
      grid: {
        ...grid,
        low: seedsFrom(grid.low, lows),
        high: seedsFrom(grid.high, highs),
        order: seedsFrom(grid.order, orders),
        repeats: repeats + 1,
      },
    },
    analysis: sameCount
      ? config.analysis
      : { ...config.analysis, samples: { ...unnamed, ...first, count: samples } },
  }
}

/** Whether a grid of seeds is that of the configuration, whose seeds a design changes, or one of networks of a list or from elsewhere. */
export function isOwnGrid(
  { model, networks: { grid } }: Pick<ExperimentConfig, 'model' | 'networks'>,
  { architecture, regime }: Pick<GridName, 'architecture' | 'regime'>,
): boolean {
  return (
    grid !== undefined &&
    architecture === model?.architecture &&
    (grid.regimes as readonly string[]).includes(regime)
  )
}

/** Settings, `path=value`, that give a configuration a design: those that differ. None where it has no grid. */
export function designSettings(config: ExperimentConfig, sizes: GridSizes): string[] {
  const changed = withDesign(config, sizes)
  const [grid, own] = [changed?.networks.grid, config.networks.grid]
  if (changed === undefined || grid === undefined || own === undefined) return []
  const [samples, ownSamples] = [changed.analysis.samples, config.analysis.samples]
  return [
    ...(['low', 'high', 'order'] as const)
      .filter((side) => grid[side].join() !== own[side].join())
      .map((side) => `networks.grid.${side}=[${grid[side].join()}]`),
    // null takes a key away.
    ...(['ids', 'first', 'count'] as const)
      .filter((key) => samples[key] !== ownSamples[key])
      .map((key) => `analysis.samples.${key}=${samples[key] ?? null}`),
  ]
}

/** The plan of a study in another design. Throws InputError where the data have fewer samples. */
export function planOfDesign({ config, data }: Plan, sizes: GridSizes): Plan | undefined {
  const changed = withDesign(config, sizes)
  return changed && planStudy(changed, data)
}

function seedsFrom(seeds: readonly number[], count: number): number[] {
  const chosen = seeds.slice(0, count)
  for (let next = 0; chosen.length < count; next++) if (!chosen.includes(next)) chosen.push(next)
  return chosen
}
