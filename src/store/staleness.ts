import { ownerIn } from './lockFile.js'
import { livesHere } from './owner.js'

/**
 * Tells when a lock is held by nobody any more. Where the owner's process can be seen from here, its life
 * decides alone: it is never taken for dead while it lives, stopped or not. Elsewhere its heart does: the lock's
 * content stood still for `staleMs` by this process's own monotonic clock, during which it was read again and
 * again; clocks are never compared.
 */
export class Judge {
  private seen: string | undefined
  private silentMs = 0
  private lastLook = 0

  /** `pollMs`: how often it is asked, about. */
  constructor(
    private readonly staleMs: number,
    private readonly pollMs: number,
  ) {}

  /** Whether nobody holds the lock whose content was read just now. */
  async isAbandoned(content: string): Promise<boolean> {
    const owner = ownerIn(content)
    const lives = owner && (await livesHere(owner))
    if (lives !== undefined) return !lives
    const now = performance.now()
    if (content === this.seen) {
      // Of a long time that this process itself slept through, with the owner perhaps, little counts.
      this.silentMs += Math.min(now - this.lastLook, 2 * this.pollMs)
    } else {
      this.seen = content
      this.silentMs = 0
    }
    this.lastLook = now
    return this.silentMs >= this.staleMs
  }
}
