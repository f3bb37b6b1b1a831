/** Options of `lowlayer decompose` that are more than a word. */
import type { Command } from 'commander'
import { InputError } from '../../core/errors.js'
import { defaultSalience, type SalienceRule } from '../../interactions/salience.js'
import type { SolverName } from '../../interactions/types.js'

/** A parser of a number for commander. `accepts` says which numbers are right, `expected` in words. */
export function numberOption(
  name: string,
  expected: string,
  accepts: (value: number) => boolean,
): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && accepts(value)) return value
    throw new InputError(`--${name} must be ${expected}, not "${text}"`)
  }
}

const DEFAULT_MAX_FACTOR = 0.05

/** Reads `mean-output:0.03`, `max:0.05`, `absolute:0.1` or `all`. */
export function salienceOption(text: string): SalienceRule {
  const [rule, amount, ...rest] = text.split(':')
  const value = amount === undefined ? undefined : Number(amount)
  const wrong = rest.length > 0 || amount === '' || (value !== undefined && !(value >= 0))
  if (!wrong) {
    if (rule === 'mean-output') return { rule, factor: value ?? defaultSalience.factor }
    if (rule === 'max') return { rule: 'max', factor: value ?? DEFAULT_MAX_FACTOR }
    if (rule === 'absolute' && value !== undefined) return { rule: 'absolute', threshold: value }
    if (rule === 'all' && value === undefined) return { rule: 'all' }
  }
  throw new InputError(
    `--salience must be mean-output[:factor], max[:factor], absolute:threshold or all, not "${text}"`,
  )
}

/** Options that only some solvers use, by their names in commander. */
const usedBy: Readonly<Record<string, readonly SolverName[]>> = {
  noise: ['certified', 'sgd-reference'],
  gap: ['certified'],
  tieBreak: ['certified'],
  maxIterations: ['certified'],
  referenceLr: ['sgd-reference'],
  referenceIterations: ['sgd-reference'],
}

/** Throws InputError naming an option that was given and that the solver does not use. */
export function refuseUnusedOptions(command: Command, solver: SolverName): void {
  for (const option of command.options) {
    const name = option.attributeName()
    const solvers = usedBy[name] ?? [solver]
    if (solvers.includes(solver) || command.getOptionValueSource(name) !== 'cli') continue
    throw new InputError(
      `${option.long} is for --solver ${solvers.join(' and ')}, and this one is ${solver}: leave it out`,
    )
  }
}
