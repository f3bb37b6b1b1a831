/** How a pool of devices hands these out to tasks: one task at a time each, and none idle. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TaskError } from '../core/errors.js'
import type { CardName } from '../engine/types.js'
import type { Task } from '../plan/types.js'
import { devicePool } from './devicePool.js'
import { schedule } from './schedule.js'

const kinds = ['train', 'values', 'interactions'] as const

/** Tasks of these kinds, and a comparison that needs them all. */
function studyOf(chosen: readonly Task['kind'][]): Task[] {
  const tasks = chosen.map((kind, index) => ({ kind, id: `${index}`, needs: [] }))
  const compare = { kind: 'compare', id: 'compare', needs: tasks.map(({ id }) => id) }
  return [...tasks, compare] as unknown as Task[]
}

/** Runs tasks that take the given turns, some of which fail; says where each ran, and how often devices were shared. */
async function runOn(
  devices: readonly CardName[],
  jobs: number,
  tasks: readonly {
    readonly kind: Task['kind']
    readonly turns: number
    readonly fails: boolean
  }[],
) {
  const busy = new Set<string>()
  const found = { ran: new Map<string, string | undefined>(), shared: 0, most: 0 }
  const pool = devicePool(devices, (device) => (task) => {
    found.ran.set(task.id, device)
    if (device !== undefined) {
      if (busy.has(device)) found.shared++
      busy.add(device)
      found.most = Math.max(found.most, busy.size)
    }
    const work = async () => {
      const { turns, fails } = tasks[Number(task.id)] ?? { turns: 1, fails: false }
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
      if (device !== undefined) busy.delete(device)
      if (fails) throw new TaskError('it fails')
    }
    return { finished: work(), interrupt: () => undefined }
  })
  const outcomes = await schedule(studyOf(tasks.map(({ kind }) => kind)), {
    jobs,
    failFast: false,
    isDone: async () => false,
    signal: new AbortController().signal,
    listener: {},
    ...pool,
  })
  return { ...found, outcomes }
}

const cards: readonly CardName[] = ['cuda:0', 'cuda:1', 'cuda:3']

describe('a pool of devices', () => {
  it('gives every device one task at a time, also after failures, and none to what needs none', async () => {
    const task = fc.record({
      kind: fc.constantFrom(...kinds),
      turns: fc.integer({ min: 0, max: 4 }),
      fails: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...cards], { minLength: 1 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(task, { maxLength: 12 }),
        async (devices, jobs, tasks) => {
          const { ran, shared, outcomes } = await runOn(devices, jobs, tasks)
          expect(shared).toBe(0)
          for (const [index, { kind, fails }] of tasks.entries()) {
            const onCard = kind === 'train' || kind === 'values'
            expect(devices.includes(ran.get(`${index}`) as CardName)).toBe(onCard)
            expect(outcomes[index].status).toBe(fails ? 'failed' : 'done')
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  it('keeps all devices at work', async () => {
    const tasks = Array.from({ length: 9 }, () => ({
      kind: 'train' as const,
      turns: 3,
      fails: false,
    }))
    const { ran, most } = await runOn(cards, cards.length, tasks)
    expect(most).toBe(3)
    expect(new Set([...ran.values()].slice(0, 3))).toEqual(new Set(cards))
  })

  it('lets tasks without a device run beside those that have all', async () => {
    const solve = { kind: 'interactions' as const, turns: 1, fails: false }
    const train = { kind: 'train' as const, turns: 3, fails: false }
    const { ran, shared } = await runOn(['cuda:0'], 3, [train, train, solve])
    expect([...ran.keys()]).toEqual(['0', '2', '1', 'compare'])
    expect(shared).toBe(0)
  })
})
