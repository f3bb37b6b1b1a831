import { shellWord } from '../core/shellWord.js'

/** This very command, to be pasted into a shell. */
export function ownCommand(): string {
  const words = process.argv.slice(2).map(shellWord)
  const program = process.env.npm_command === 'exec' ? 'npx lowlayer' : 'lowlayer'
  return [program, ...words].join(' ')
}
