/** What of a plan one task needs, so that what a process is sent does not grow with the study. */
import type { Plan, Task } from './types.js'

/** The plan with no other networks than a task's own and the donor of its weights; the whole plan for a task of all networks. */
export function partOf(plan: Plan, task: Task): Plan {
  if (!('network' in task)) return plan
  const { network } = task
  const donor = network.origin === 'trained' ? network.spec.inherits?.network : undefined
  const networks = plan.networks.filter(({ id }) => id === network.id || id === donor)
  return { ...plan, data: { ...plan.data, textPlayers: undefined }, networks, tasks: [task] }
}
