/** What is submitted of studies: every missing task once, and never before what it needs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Task } from '../plan/types.js'
import { type ArrayJob, planJobs } from './planJobs.js'

/** A study's tasks as far as jobs depend on them; network i takes weights of network `donors[i] < i`, or of none. */
function tasksOf(donors: readonly (number | undefined)[], choosesCommonly: boolean): Task[] {
  const network = (index: number) => ({ id: `n${index}` })
  const common = choosesCommonly ? ['select'] : []
  const begin = donors.map((donor, index) => ({
    kind: 'train',
    id: `train-n${index}`,
    needs: donor === undefined ? [] : [`train-n${donor}`],
    network: network(index),
  }))
  const trained = begin.map(({ id }) => id)
  const panel = common.map((id) => ({ kind: 'panel', id, needs: trained }))
  const values = donors.map((_, index) => ({
    kind: 'mask',
    id: `mask-n${index}`,
    needs: [`train-n${index}`, ...common],
    network: network(index),
  }))
  const interactions = donors.map((_, index) => ({
    kind: 'decompose',
    id: `decompose-n${index}`,
    needs: [`mask-n${index}`],
    network: network(index),
  }))
  const before = [...begin, ...panel, ...values, ...interactions]
  const compare = { kind: 'compare', id: 'compare', needs: before.map(({ id }) => id) }
  return [...before, compare] as unknown as Task[]
}

/** Donors before heirs, some tasks done, and none of those without what it needs. */
const studies = fc
  .record({
    donors: fc
      .array(fc.option(fc.nat(), { nil: undefined, freq: 2 }), { minLength: 1, maxLength: 9 })
      .map((list) =>
        list.map((donor, index) =>
          donor === undefined || index === 0 ? undefined : donor % index,
        ),
      ),
    choosesCommonly: fc.boolean(),
    done: fc.infiniteStream(fc.boolean()),
    pack: fc.integer({ min: 1, max: 4 }),
    longest: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ donors, choosesCommonly, done, pack, longest }) => {
    const tasks = tasksOf(donors, choosesCommonly)
    const missing = new Set<string>()
    for (const { id, needs } of tasks) {
      if (needs.some((need) => missing.has(need)) || !done.next().value) missing.add(id)
    }
    return { tasks, missing, pack, longest }
  })

const none = new Map<string, string>()

describe('the jobs of a study', () => {
  it('have every missing task once, in elements that are no larger than asked for', () => {
    fc.assert(
      fc.property(studies, ({ tasks, missing, pack, longest }) => {
        const jobs = planJobs(tasks, missing, { pack, longest, queued: none })
        const submitted = jobs.flatMap(({ elements }) => elements.flat())
        expect([...submitted].sort()).toEqual([...missing].sort())
        expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length)
        for (const { elements } of jobs) {
          expect(elements.length).toBeLessThanOrEqual(longest)
          for (const ids of elements) {
            const networks = new Set(ids.map((id) => id.split('-').at(-1)))
            expect(networks.size).toBeLessThanOrEqual(pack)
          }
        }
      }),
    )
  })

  it('start no task before what it needs, of the same element, an array before, or the partner', () => {
    fc.assert(
      fc.property(studies, ({ tasks, missing, pack, longest }) => {
        const jobs = planJobs(tasks, missing, { pack, longest, queued: none })
        for (const [place, job] of jobs.entries()) {
          const earlier = new Map(jobs.slice(0, place).map((other) => [other.name, other]))
          expect(job.after.filter((name) => !earlier.has(name))).toEqual([])
          const ended = new Set(job.after.flatMap((name) => earlier.get(name)!.elements.flat()))
          for (const [index, ids] of job.elements.entries()) {
            const ready = new Set([...ended, ...partnerOf(job, earlier, index)])
            for (const id of ids) {
              const { needs } = tasks.find((task) => task.id === id)!
              expect(needs.filter((need) => missing.has(need) && !ready.has(need))).toEqual([])
              ready.add(id)
            }
          }
        }
      }),
    )
  })

  it('wait for arrays that are queued already', () => {
    const tasks = tasksOf([undefined, undefined], false)
    const queued = new Map([['train-n0', '17']])
    const missing = new Set(['mask-n0', 'decompose-n0', 'train-n1', 'mask-n1', 'decompose-n1'])
    const jobs = planJobs(tasks, missing, { pack: 1, longest: 9, queued })
    expect(jobs).toEqual([
      { name: 'train', elements: [['train-n1']], partner: undefined, after: [] },
      { name: 'analyze', elements: [['mask-n1', 'decompose-n1']], partner: 'train', after: [] },
      {
        ...{ name: 'analyze-2', elements: [['mask-n0', 'decompose-n0']] },
        ...{ partner: undefined, after: ['17'] },
      },
    ])
  })
})

function partnerOf(
  { partner }: ArrayJob,
  earlier: ReadonlyMap<string, ArrayJob>,
  index: number,
): readonly string[] {
  return partner === undefined ? [] : (earlier.get(partner)!.elements[index] ?? [])
}
