/** Progress and remaining time of stages against what the tasks of a made-up run told; the same as JSON. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Task } from '../../plan/types.js'
import { jsonView } from './json.js'
import { StageTracker } from './stages.js'

const tasks = ['a', 'b'].map((id) => ({ id, kind: 'train', needs: [] }) as unknown as Task)
const [first, second] = tasks

describe('the progress of a stage', () => {
  it('foretells by the rate since a task first told, not by how long processes take to start', () => {
    let now = 0
    const tracker = new StageTracker(tasks, () => now)
    expect(tracker.get('train')).toMatchObject({ begun: false, secondsLeft: undefined })
    tracker.started(first)
    now = 40
    tracker.progress(first, { done: 1, total: 10_000 })
    expect(tracker.get('train')).toMatchObject({ begun: true, secondsLeft: undefined })
    now = 50
    tracker.progress(first, { done: 5_001, total: 10_000 })
    expect(tracker.get('train').secondsLeft).toBeCloseTo(30, 2)
  })

  it('foretells by what is done now: neither by what was there nor by what earlier runs did of a task', () => {
    let now = 0
    const tracker = new StageTracker(tasks, () => now)
    tracker.started(first)
    tracker.progress(first, { done: 90, total: 100 })
    now = 10
    tracker.ended({ task: second, status: 'cached' })
    tracker.progress(first, { done: 95, total: 100 })
    expect(tracker.get('train').secondsLeft).toBeCloseTo(10, 10)
  })

  it('foretells where tasks tell nothing before their end', () => {
    let now = 0
    const tracker = new StageTracker(tasks, () => now)
    tracker.started(first)
    now = 7
    tracker.ended({ task: first, status: 'done', seconds: 7 })
    expect(tracker.get('train').secondsLeft).toBeCloseTo(7, 10)
  })

  it('counts what was interrupted as not ended', () => {
    const tracker = new StageTracker(tasks)
    tracker.started(first)
    tracker.progress(first, { done: 1, total: 4 })
    tracker.ended({ task: first, status: 'interrupted' })
    tracker.ended({ task: second, status: 'interrupted' })
    expect(tracker.get('train')).toMatchObject({ ended: 0, fraction: 0.125, interrupted: true })
  })

  it('counts what failed and what was done', () => {
    const tracker = new StageTracker(tasks)
    const failure = { code: 'x', exitCode: 1, message: 'm', context: {} } as const
    tracker.ended({ task: first, status: 'failed', failure })
    tracker.ended({ task: second, status: 'done', seconds: 1 })
    expect(tracker.get('train')).toMatchObject({ ended: 2, failed: 1, fraction: 1 })
  })
})

describe('progress as JSON', () => {
  const lines: Record<string, unknown>[] = []
  let now = Date.UTC(2024, 1, 29)
  const view = jsonView(
    (line) => lines.push(JSON.parse(line)),
    () => now,
  )
  beforeEach(() => void lines.splice(0))

  it('has messages too, and says when', () => {
    view.say('verdict   none\nreport    there')
    const time = '2024-02-29T00:00:00.000Z'
    expect(lines).toEqual([{ time, event: 'message', text: 'verdict   none\nreport    there' }])
  })

  it('comes a few times per second, however many tasks tell how often; beginnings and ends are all there', () => {
    for (const task of tasks) view.started?.(task)
    for (let done = 0; done < 10_000; done++, now++)
      for (const task of tasks) view.progress?.(task, { done, total: 10_000 })
    for (const task of tasks) view.ended?.({ task, status: 'done', seconds: 10 })
    const count = (event: string) => lines.filter((line) => line.event === event).length
    expect([count('started'), count('ended')]).toEqual([2, 2])
    // Ten seconds.
    expect(count('progress')).toBeGreaterThanOrEqual(20)
    expect(count('progress')).toBeLessThanOrEqual(40)
    expect(lines.find((line) => line.event === 'progress' && line.task === 'b')).toBeDefined()
  })
})
