const INTERVAL_MS = 30_000

/** Progress of a single piece of work as lines: one when what goes on changes, and one every 30 s. */
export function progressLines(write: (line: string) => void): {
  readonly report: (note: string, done: number, total: number) => void
} {
  let lastNote = ''
  let lastTime = 0
  return {
    report(note, done, total) {
      const now = Date.now()
      if (note === lastNote && now - lastTime < INTERVAL_MS) return
      lastNote = note
      lastTime = now
      write(`${note}, ${Math.floor((100 * done) / total)}%`)
    },
  }
}
