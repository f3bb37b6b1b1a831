/** The work of `lowlayer submit`: hands what is missing of a study to a SLURM cluster. */
import { shellWord } from '../../core/shellWord.js'
import { shownPath } from '../../core/shownPath.js'
import { dependencyOptions, type Submitted, submitStudy } from '../../slurm/submit.js'
import type { SubmitOptions } from '../commands/submit.js'
import { remarksOf } from '../remarks.js'
import { sayWaiting } from '../sayWaiting.js'
import { openStudy } from '../study.js'

/** Options that are keys of `runtime.slurm`: texts, and numbers. */
const texts = ['partition', 'comparePartition', 'account', 'gres', 'mem', 'time'] as const
const numbers = ['cpus', 'pack', 'max'] as const

/** Submits what is missing of a study, or prints how that would be done. */
export async function submit(file: string, options: SubmitOptions): Promise<void> {
  const study = await openStudy(file, { ...options, set: settingsOf(options) })
  for (const remark of remarksOf(study.plan)) process.stderr.write(`${remark}\n`)
  const print = options.print ?? false
  const submitted = await submitStudy(study, { print, onWait: sayWaiting(study.results) })
  process.stdout.write(print ? describePrinted(submitted) : describe(submitted))
}

/** What options ask for, as changes to the configuration. */
function settingsOf(options: SubmitOptions): string[] {
  const slurm = (key: string, value: unknown) =>
    value === undefined ? [] : [`runtime.slurm.${key}=${value}`]
  return [
    ...(options.set ?? []),
    ...texts.flatMap((key) => slurm(key, options[key] && JSON.stringify(options[key]))),
    ...numbers.flatMap((key) => slurm(key, options[key])),
    ...slurm('setup', options.setup && JSON.stringify(options.setup.join('\n'))),
  ]
}

function describe({ folder, arrays, queued }: Submitted): string {
  const left = queued === 0 ? [] : [`${queued} tasks wait or run already`]
  if (arrays.length === 0) {
    return `${[...left, 'nothing to submit: everything else is done'].join('; ')}\n`
  }
  const lines = arrays.map(({ name, elements, id }) => {
    const own = elements.filter((ids) => ids.length > 0)
    const counts = `${own.length} elements, ${own.flat().length} tasks`
    return `${name.padEnd(12)} ${String(id).padEnd(8)} ${counts}`
  })
  const shown = shellWord(shownPath(folder))
  return `${[...lines, ...left, `lowlayer status ${shown}`].join('\n')}\n`
}

/** The commands of a shell that would submit what was written. */
function describePrinted({ folder, arrays }: Submitted): string {
  if (arrays.length === 0) return describe({ folder, arrays, queued: 0 })
  const variable = (name: string) => name.replace('-', '_')
  const idOf = (name: string) => (/^\d/.test(name) ? name : `$${variable(name)}`)
  const lines = arrays.map((array) => {
    const options = dependencyOptions(array, idOf).join(' ')
    const script = shellWord(shownPath(array.script))
    const words = ['sbatch --parsable', options, script].filter((part) => part !== '')
    return `${variable(array.name)}=$(${words.join(' ')})`
  })
  return `${lines.join('\n')}\n`
}
