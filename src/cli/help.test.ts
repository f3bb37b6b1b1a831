/** What --help and the completions of shells say. */
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { completionScript } from './commands/completion.js'
import { program } from './main.js'

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
      if (command.commands.length === 0) expect(text).toMatch(/Example:\n {2}.*lowlayer /)
    },
  )
})

it.each(['bash', 'zsh', 'fish'] as const)(
  '%s completion knows every command and option',
  (shell) => {
    const script = completionScript(shell, program())
    for (const command of program().commands) {
      expect(script).toContain(command.name())
      for (const { long } of command.options)
        if (long !== undefined) expect(script).toContain(long.replace('--', ''))
    }
  },
)

/** What a shell offers after `lowlayer `, from the script as it would be sourced. */
const offers = {
  bash: (script: string, words: string) => `${script}
COMP_WORDS=(lowlayer ${words}) COMP_CWORD=${words.split(' ').length}
_lowlayer; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (script: string, words: string) => `${script}\ncomplete -C 'lowlayer ${words}'`,
} as const

describe.each(['bash', 'fish'] as const)('in %s itself', (shell) => {
  const isHere = spawnSync(shell, ['--version']).status === 0
  it.skipIf(!isHere).each([
    ['dec', 'decompose'],
    ['report --ten', '--tensorboard'],
    ['data f', 'fetch'],
  ])('%s is completed to %s', (words, expected) => {
    const script = offers[shell](completionScript(shell, program()), words)
    const { stdout, stderr } = spawnSync(shell, ['-c', script], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toContain(expected)
  })
})

it.skipIf(spawnSync('zsh', ['--version']).status !== 0)('the scripts of zsh parse', () => {
  const { stderr, status } = spawnSync('zsh', ['-n'], {
    input: completionScript('zsh', program()),
    encoding: 'utf8',
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
})
