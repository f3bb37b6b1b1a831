/** Every lowlayer command in docs/ names commands, options and files that exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { program } from './main.js'

const documents = readdirSync('docs').filter((name) => name.endsWith('.md'))

function commandsIn(document: string): string[] {
  const text = readFileSync(`docs/${document}`, 'utf8')
  const blocks = [...text.matchAll(/```(?:sh|bash)\n([\s\S]*?)```/g)].map(([, block]) => block)
  return blocks.flatMap((block) =>
    block.split('\n').flatMap((line) => line.match(/(?:^|exec )lowlayer (.*)$/)?.[1] ?? []),
  )
}

const used = documents.flatMap((document) =>
  commandsIn(document).map((command) => [document, command] as const),
)

describe('commands of the documentation', () => {
  it('are there', () => expect(used.length).toBeGreaterThan(5))

  it.each(used)('%s: lowlayer %s', (_document, line) => {
    const words = line.split(/\s+/)
    const command = program().commands.find((candidate) => candidate.name() === words[0]) as Command
    expect(command, words[0]).toBeDefined()
    const options = words.filter((word) => word.startsWith('--'))
    for (const option of options) expect(command.options.map(({ long }) => long)).toContain(option)
    for (const file of words.filter((word) => word.startsWith('configs/')))
      expect(existsSync(file), file).toBe(true)
  })
})

describe('help', () => {
  it.each(program().commands.map((command) => [command.name(), command] as const))(
    'of %s has an example and fits a screen',
    (_name, command) => {
      let text = ''
      command.configureOutput({
        writeOut: (part) => {
          text += part
        },
        getOutHelpWidth: () => 100,
      })
      command.outputHelp()
      expect(text.trim().split('\n').length).toBeLessThanOrEqual(24)
      if (command.commands.length === 0) expect(text).toContain('Example:\n  lowlayer ')
    },
  )
})

it.each(['bash', 'zsh', 'fish'] as const)(
  '%s completion knows every command and option',
  async (shell) => {
    const { completionScript } = await import('./commands/completion.js')
    const script = completionScript(shell, program())
    for (const command of program().commands) {
      expect(script).toContain(command.name())
      for (const { long } of command.options)
        if (long !== undefined) expect(script).toContain(long.replace('--', ''))
    }
  },
)
