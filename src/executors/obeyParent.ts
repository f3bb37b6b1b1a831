/**
 * What every process that works does before anything else: terminals, containers and batch systems send their
 * signals to all processes of a run, but only the parent decides what they mean, and says so in a message.
 */
import { STOP_SIGNALS } from './stopSignals.js'

for (const signal of STOP_SIGNALS) process.on(signal, () => undefined)
// Without a parent nobody would learn of the result, and another run may start the same task.
process.on('disconnect', () => process.exit(1))
