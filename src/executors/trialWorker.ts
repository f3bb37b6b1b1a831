/** Entry of a process that tries one device: a driver that hangs or crashes takes only this one along. */
import { messageOf } from '../core/errors.js'
import './obeyParent.js'
import type { TrialAnswer, TrialOrder } from './settleDevice.js'

process.on('message', ({ plan, device }: TrialOrder) => {
  tried(plan, device).then(
    (trial) => answer(trial === undefined ? { kind: 'absent' } : { kind: 'tried', ...trial }),
    (error: unknown) => {
      answer({ kind: 'refused', reason: messageOf(error) })
    },
  )
})

async function tried(plan: TrialOrder['plan'], device: TrialOrder['device']) {
  // Loaded now: until this file has run, which awaits all that it imports, signals would end the process.
  const { tryDevice } = await import('../tasks/training/deviceTrial.js')
  return tryDevice(plan, device)
}

function answer(message: TrialAnswer): void {
  process.send?.(message, undefined, undefined, () => process.exit(0))
}
