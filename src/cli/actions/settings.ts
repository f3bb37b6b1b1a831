import { settingsFrom } from '../../config/jsonSchema.js'

/** Prints what may follow a word after `--set`, a line each: shells ask when they complete. */
export function printSettings(word: string): void {
  process.stdout.write(
    settingsFrom(word)
      .map((line) => `${line}\n`)
      .join(''),
  )
}
