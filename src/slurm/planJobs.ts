/** Which jobs of a cluster do what of a study: arrays of packs of tasks, and what each waits for. */
import { groupBy } from '../core/groupBy.js'
import type { Task } from '../plan/types.js'

/** What a job does, in the order in which jobs are submitted. */
type Stage = 'train' | 'panel' | 'analyze' | 'compare'

/** An array of the cluster. */
export interface ArrayJob {
  /** The stage, with a number where it has several arrays: `train`, `train-2`. */
  readonly name: string
  /** Ids of the tasks of each element by its index, in an order in which they can run; empty where there is none. */
  readonly elements: readonly (readonly string[])[]
  /** The array whose element of the same index has to succeed before an element starts. */
  readonly partner?: string
  /** Arrays that have to end before it starts, however they do: names, or ids of those submitted before. */
  readonly after: readonly string[]
}

interface Packing {
  /** Networks of an element. */
  readonly pack: number
  /** Most elements of an array. */
  readonly longest: number
  /** Ids of the arrays that tasks are queued in already. */
  readonly queued: ReadonlyMap<string, string>
}

/**
 * The arrays that run the missing ones of a study's tasks, each after those that it needs: networks that are trained,
 * donors first; the choice of samples for all, if there is one; what is computed on each network, in an array whose
 * elements have the networks of the training array's elements, so that each can follow its own; the comparison.
 */
export function planJobs(
  tasks: readonly Task[],
  missing: ReadonlySet<string>,
  { pack, longest, queued }: Packing,
): ArrayJob[] {
  const wanted = tasks.filter(({ id }) => missing.has(id))
  const jobs: ArrayJob[] = []
  const add = (stage: Stage, elements: ArrayJob['elements'], partner?: string): string => {
    const count = jobs.filter(({ name }) => name.split('-')[0] === stage).length
    const name = count === 0 ? stage : `${stage}-${count + 1}`
    jobs.push({ name, elements, partner, after: [] })
    return name
  }
  const analysis = groupBy(
    wanted.filter((task) => stageOf(task) === 'analyze'),
    (task) => networkOf(task),
  )
  const analysisOf = (networks: readonly (string | undefined)[]) =>
    networks.flatMap((network) => analysis.get(network)?.map(({ id }) => id) ?? [])

  const training = wanted.filter((task) => stageOf(task) === 'train')
  const pairs: { readonly elements: ArrayJob['elements']; readonly partner?: string }[] = []
  for (const level of levelsOf(training)) {
    for (const packs of chunks(chunks(level, pack), longest)) {
      const partner = add(
        'train',
        packs.map((some) => some.map(({ id }) => id)),
      )
      pairs.push({ elements: packs.map((some) => analysisOf(some.map(networkOf))), partner })
    }
  }
  const trained = new Set(training.map(networkOf))
  const ready = [...analysis.keys()].filter((network) => !trained.has(network))
  for (const packs of chunks(chunks(ready, pack), longest)) {
    pairs.push({ elements: packs.map(analysisOf) })
  }
  for (const { id } of wanted.filter((task) => stageOf(task) === 'panel')) add('panel', [[id]])
  for (const { elements, partner } of pairs) {
    if (elements.some((ids) => ids.length > 0)) add('analyze', elements, partner)
  }
  for (const { id } of wanted.filter((task) => stageOf(task) === 'compare')) add('compare', [[id]])
  return withDependencies(jobs, tasks, queued)
}

function stageOf(task: Task): Stage {
  if (task.kind === 'compare') return 'compare'
  if (task.kind === 'train' || task.kind === 'measure') return 'train'
  return 'network' in task ? 'analyze' : 'panel'
}

function networkOf(task: Task): string | undefined {
  return 'network' in task ? task.network.id : undefined
}

/** Tasks by how many others in a row they wait for. */
function levelsOf(tasks: readonly Task[]): Task[][] {
  const depth = new Map<string, number>()
  for (const { id, needs } of tasks) {
    depth.set(id, Math.max(0, ...needs.map((need) => (depth.get(need) ?? -1) + 1)))
  }
  return [...groupBy(tasks, ({ id }) => depth.get(id)).values()]
}

/** Each array after all others in which something is that it needs, but for its partner. */
function withDependencies(
  jobs: readonly ArrayJob[],
  tasks: readonly Task[],
  queued: ReadonlyMap<string, string>,
): ArrayJob[] {
  const needsOf = new Map(tasks.map(({ id, needs }) => [id, needs]))
  const placeOf = new Map<string, string>(queued)
  for (const { name, elements } of jobs) for (const id of elements.flat()) placeOf.set(id, name)
  return jobs.map((job) => {
    const needed = job.elements.flat().flatMap((id) => needsOf.get(id) ?? [])
    const places = new Set(needed.map((id) => placeOf.get(id)))
    const others = [...places].filter(
      (place) => place !== undefined && place !== job.name && place !== job.partner,
    )
    return { ...job, after: others as string[] }
  })
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )
}
