/** Entry of a process that tries one device: a driver that hangs or crashes takes only this one along. */
import { messageOf } from '../core/errors.js'
import { tryDevice } from '../tasks/training/deviceTrial.js'
import type { TrialAnswer, TrialOrder } from './settleDevice.js'

process.on('message', ({ plan, device }: TrialOrder) => {
  tryDevice(plan, device).then(
    (trial) => answer(trial === undefined ? { kind: 'absent' } : { kind: 'tried', ...trial }),
    (error: unknown) => answer({ kind: 'refused', reason: messageOf(error) }),
  )
})

function answer(message: TrialAnswer): void {
  process.send?.(message, undefined, undefined, () => process.exit(0))
}
