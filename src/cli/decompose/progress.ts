/** Progress over samples: a bar on a terminal, a line every 30 s elsewhere; always on stderr. */
import cliProgress from 'cli-progress'
import { exitCodes } from '../../core/errors.js'

interface SampleProgress {
  done(): void
  close(): void
}

const INTERVAL_MS = 30_000

/** A bar, or plain lines where stderr is no terminal. Ctrl-C gives the terminal back and ends. */
export function sampleProgress(samples: number): SampleProgress {
  const isTerminal = process.stderr.isTTY === true && process.env.CI === undefined
  const view = isTerminal ? bar(samples) : lines(samples)
  const interrupt = (): void => {
    view.close()
    process.stderr.write('interrupted; nothing was written\n')
    process.exit(exitCodes.interrupted)
  }
  process.once('SIGINT', interrupt)
  return {
    done: view.done,
    close() {
      process.removeListener('SIGINT', interrupt)
      view.close()
    },
  }
}

function bar(samples: number): SampleProgress {
  const view = new cliProgress.SingleBar({
    format: 'decompose {bar} {percentage}% | {value}/{total} samples | {eta_formatted} left',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    linewrap: false,
    stream: process.stderr,
  })
  view.start(samples, 0)
  return { done: () => view.increment(), close: () => view.stop() }
}

function lines(samples: number): SampleProgress {
  let count = 0
  let last = performance.now()
  return {
    done() {
      count++
      if (performance.now() - last < INTERVAL_MS) return
      last = performance.now()
      process.stderr.write(`decompose: ${count} of ${samples} samples\n`)
    },
    close: () => undefined,
  }
}
