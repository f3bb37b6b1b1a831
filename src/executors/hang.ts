/** Tells when a process hangs: it was stopped, or waits without end for a disk, a device or a lock of its own. */
import { statFields } from '../store/owner.js'

/** How often it is looked at, in the time after which it counts as hung. */
const LOOKS = 10

/** A process that computes uses more of a processor than this share. */
const IDLE_SHARE = 0.001

/** Linux counts processor time in hundredths of a second, whatever the machine. */
const TICK_MS = 10

/** A process that is watched. */
interface Watch {
  /** To be called whenever it tells anything. */
  heard(): void
  stop(): void
}

/**
 * Watches a process on Linux; where the system does not tell how long it computed, nothing is ever found. `onHang` is
 * called when it has told nothing for `silentMs`, and used no processor either. Looks are counted, not the time, which
 * may have passed while the whole machine slept.
 */
export function watchForHang(pid: number, silentMs: number, onHang: () => void): Watch {
  const everyMs = silentMs / LOOKS
  let idleLooks = 0
  let before: number | undefined
  const look = async (): Promise<void> => {
    const ticks = await ticksOf(pid)
    const isIdle =
      ticks !== undefined &&
      before !== undefined &&
      (ticks - before) * TICK_MS <= IDLE_SHARE * everyMs
    before = ticks
    idleLooks = isIdle ? idleLooks + 1 : 0
    if (idleLooks === LOOKS) onHang()
  }
  const timer = setInterval(() => void look(), everyMs)
  timer.unref()
  return {
    heard() {
      idleLooks = 0
    },
    stop: () => clearInterval(timer),
  }
}

/** Processor time of a process with all its threads, the 14th and 15th field of its {@link statFields}; undefined without. */
async function ticksOf(pid: number): Promise<number | undefined> {
  const fields = await statFields(pid)
  return fields && Number(fields[11]) + Number(fields[12])
}
