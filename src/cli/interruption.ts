/** How a command is asked to stop, and heeds it. */
import { exitCodes } from '../core/errors.js'
import { STOP_SIGNALS } from '../executors/stopSignals.js'

/** A request to stop at the next safe point. */
interface Interruption {
  /** Aborted when the stop is asked for; its reason is the name of the system's signal, such as `SIGTERM`. */
  readonly signal: AbortSignal
  /** Lets signals end the process again. */
  release(): void
}

/** A second Ctrl-C counts from so long after the first: `npx` passes on the very one that the terminal sends to all. */
const AGAIN_MS = 500

/** How long a safe point is waited for: some calls, such as of a model with a loop without end, never come to one. */
const PATIENCE_MS = 60_000

/**
 * From now on a Ctrl-C, SIGTERM, SIGHUP (a closed terminal) or SIGUSR2 asks for a safe stop. A second Ctrl-C ends the
 * process at once, and so does the time: after `patienceMs` without a safe point. The other signals, which come more than
 * once from those who send them, ask for no more than one does.
 */
export function interruptible(patienceMs = PATIENCE_MS): Interruption {
  const stop = new AbortController()
  const end = () => process.exit(exitCodes.interrupted)
  let asked = 0
  let deadline: NodeJS.Timeout | undefined
  const onSignal = (name: NodeJS.Signals): void => {
    if (!stop.signal.aborted) {
      asked = performance.now()
      deadline = setTimeout(end, patienceMs).unref()
      stop.abort(name)
    } else if (name === 'SIGINT' && performance.now() - asked > AGAIN_MS) {
      end()
    }
  }
  for (const name of STOP_SIGNALS) process.on(name, onSignal)
  return {
    signal: stop.signal,
    release() {
      clearTimeout(deadline)
      for (const name of STOP_SIGNALS) process.off(name, onSignal)
    },
  }
}

/** Says that the stop is heeded as soon as it is asked for. */
export function onStop(signal: AbortSignal, say: (text: string) => void): void {
  const tell = () =>
    say(
      signal.reason === 'SIGINT'
        ? 'stopping at the next safe point, in a minute at most; again to stop at once'
        : `${signal.reason}: stopping at the next safe point, in a minute at most; Ctrl-C to stop at once`,
    )
  signal.addEventListener('abort', tell, { once: true })
}
