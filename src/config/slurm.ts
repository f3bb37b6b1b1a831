/** What `lowlayer submit` asks of a SLURM cluster. */
import { z } from 'zod'
import { whole } from './fields.js'

/** A word that stands on a line of a job script: a number is one too. */
const word = (pattern: RegExp, message: string) =>
  z
    .union([z.string(), whole(0)])
    .transform(String)
    .refine((text) => pattern.test(text), { message })

const TIME = /^(\d+-\d+(:\d\d){0,2}|\d+(:\d\d){0,2})$/
const NAME = /^[\w.,+-]+$/

/** Every key has an option of the same name, but for `requeues`. */
export const slurmSection = z
  .strictObject({
    partition: word(NAME, 'a name, or several with commas').optional().describe('Partition'),
    comparePartition: word(NAME, 'a name, or several with commas')
      .optional()
      .describe(
        'Partition of the comparison, which asks for no gres; that of the others where absent',
      ),
    account: word(NAME, 'a name').optional().describe('Account that pays'),
    gres: word(/^[\w.:=,+-]+$/, 'write gpu:1 or gpu:a100:2')
      .optional()
      .describe(
        'Generic resources of each element but the comparison: gpu:2 are two cards, a worker each',
      ),
    cpus: whole(1).default(1).describe('Cores of each element: that many tasks at once'),
    mem: word(/^\d+[KMGT]?$/, 'write 4G or 500M')
      .optional()
      .describe('Memory of each element'),
    time: word(TIME, 'write minutes, 04:00:00 or 2-12:00:00')
      .optional()
      .describe('Time limit of each element, as sbatch takes it'),
    pack: whole(1).default(1).describe('Networks of each element'),
    max: whole(1).optional().describe('Elements of an array that run at once'),
    setup: z
      .string()
      .optional()
      .describe('Shell lines that each element begins with, such as module load cuda'),
    requeues: whole(0)
      .default(20)
      .describe('How often an element goes back to the queue at the time limit or when preempted'),
  })
  .prefault({})
  .describe('What lowlayer submit asks of a SLURM cluster (docs/gpu-and-batch.md)')

export type SlurmConfig = z.output<typeof slurmSection>

/** Seconds of a time limit as sbatch writes it: `M`, `M:S`, `H:M:S`, `D-H`, `D-H:M`, `D-H:M:S`. */
export function secondsOfLimit(time: string): number {
  const [days, clock] = time.includes('-') ? time.split('-') : ['0', time]
  const parts = clock.split(':').map(Number)
  const startsWithHours = time.includes('-') || parts.length === 3
  const [hours, minutes = 0, seconds = 0] = startsWithHours ? parts : [0, ...parts]
  return ((Number(days) * 24 + hours) * 60 + minutes) * 60 + seconds
}

/** NVIDIA cards of generic resources: 2 of `gpu:2` or `gpu:a100:2`, 1 of `gpu`. */
export function cardsOf(gres = ''): number {
  const words = gres.split(',').map((part) => part.split(/[:=]/))
  const [, ...type] = words.find(([name]) => name === 'gpu') ?? []
  if (!words.some(([name]) => name === 'gpu')) return 0
  const count = Number(type.at(-1))
  return Number.isInteger(count) ? count : 1
}
