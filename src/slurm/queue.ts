/** What SLURM says of elements, and what that means. */

/** State of an element in SLURM's words: `RUNNING`, `PENDING`, `TIMEOUT`; and why it waits, where it does. */
export interface ElementState {
  readonly state: string
  readonly reason?: string
}

/** Lines `<array>_<index>|STATE|reason` of squeue, or without a reason of sacct (`CANCELLED by 0`). */
export function parseQueue(text: string): Map<string, ElementState> {
  const lines = text.split('\n').filter((line) => line.includes('|'))
  return new Map(
    lines.map((line) => {
      const [element, state, reason] = line.split('|')
      return [element.trim(), { state: state.trim().split(' ')[0], reason }]
    }),
  )
}

/** States out of which an element comes by itself. */
const UNENDED = new Set(
  'PENDING RUNNING CONFIGURING COMPLETING SUSPENDED STOPPED RESIZING REQUEUED REQUEUE_FED REQUEUE_HOLD SIGNALING STAGE_OUT SPECIAL_EXIT RESV_DEL_HOLD'.split(
    ' ',
  ),
)

/** Whether an element waits, runs or is about to end. */
export function isQueued(found: ElementState | undefined): boolean {
  return found !== undefined && UNENDED.has(found.state)
}
