/** Which task computes on which card, where a study has several. */
import type { CardName } from '../engine/types.js'
import type { Task } from '../plan/types.js'
import type { StartTask } from './types.js'

/** Whether a task computes with an engine on a device; solvers and statistics do not. */
export function needsEngine({ kind }: Task): boolean {
  return kind !== 'interactions' && kind !== 'compare'
}

/** Devices that work on one task at a time. */
interface DevicePool {
  /** Whether a task can start now: a device is free, or the task needs none. */
  hasRoom(task: Task): boolean
  /** Starts a task on the first device that is free, which it holds until it ends. */
  readonly start: StartTask
}

/**
 * A pool of devices, each named once. `startOn` starts tasks on a device, or without any where they need none.
 */
export function devicePool(
  devices: readonly CardName[],
  startOn: (device: CardName | undefined) => StartTask,
): DevicePool {
  const busy = new Set<CardName>()
  const withoutDevice = startOn(undefined)
  const starts = new Map(devices.map((device) => [device, startOn(device)]))
  const free = () => devices.find((device) => !busy.has(device))
  return {
    hasRoom: (task) => !needsEngine(task) || free() !== undefined,
    start(task, onEvent) {
      if (!needsEngine(task)) return withoutDevice(task, onEvent)
      const device = free()
      if (device === undefined) throw new Error(`no device is free for ${task.id}`)
      busy.add(device)
      const running = starts.get(device)!(task, onEvent)
      return { ...running, finished: running.finished.finally(() => busy.delete(device)) }
    },
  }
}
