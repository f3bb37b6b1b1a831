import { asOptions } from '../config/overrides.js'
import { shellWord } from '../core/shellWord.js'

/**
 * This very command, to be pasted into a shell, with more settings, `path=value` each, which take the place of those of
 * the same path that it has.
 */
export function ownCommand(settings: readonly string[] = []): string {
  const paths = new Set(settings.map(pathOf))
  // `--set path=value` and `--set=path=value` alike.
  const isReplaced = (word: string | undefined) =>
    word?.includes('=') === true && paths.has(pathOf(word.replace(/^--set=/, '')))
  const words = process.argv.slice(2)
  const kept = words.filter((word, at) => {
    if (word === '--set') return !isReplaced(words[at + 1])
    return !((word.startsWith('--set=') || words[at - 1] === '--set') && isReplaced(word))
  })
  const program = process.env.npm_command === 'exec' ? 'npx lowlayer' : 'lowlayer'
  return [program, ...kept.map(shellWord), asOptions(settings)].join(' ').trimEnd()
}

/** The path of a setting, `path=value`. */
function pathOf(setting: string): string {
  return setting.slice(0, setting.indexOf('=')).trim()
}
