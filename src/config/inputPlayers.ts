/** Players of further inputs, counted apart from the schema, which processes that only mask need not load. */
import type { PlayersConfig } from './analysis.js'

/** How many of the players are of further inputs. */
export function inputPlayerCount({ inputs = {} }: Pick<PlayersConfig, 'inputs'>): number {
  const counts = Object.values(inputs).map((values) => (values === 'all' ? 1 : values.length))
  return counts.reduce((sum, count) => sum + count, 0)
}
