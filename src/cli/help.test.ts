/** What --help and the completions of shells say. */
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { builtProgram } from '../testing/built.js'
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
    ['run --progress js', 'json'],
  ])('%s is completed to %s', (words, expected) => {
    const script = offers[shell](completionScript(shell, program()), words)
    const { stdout, stderr } = spawnSync(shell, ['-c', script], { encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(stdout).toContain(expected)
  })
})

it.each([
  ['confusing.sc', ['confusing.score=']],
  ['analysis.pl', ['analysis.players.']],
  ['confusing.score=can', ['cancellation']],
  ['confusing.reliability.players=', ['false', 'true']],
])('bash goes on with --set %s as the schema says, asking the program itself', (word, expected) => {
  const line = `lowlayer run a.yaml --set ${word}`
  const words = line.replace('=', ' = ').trim().split(' ')
  if (word.endsWith('=')) words.push("''")
  const script = `${completionScript('bash', program())}
compopt() { :; }
lowlayer() { '${process.execPath}' '${builtProgram}' "$@"; }
COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=(${words.join(' ')}) COMP_CWORD=${words.length - 1}
_lowlayer lowlayer; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(stdout.trim().split('\n').sort()).toEqual(expected)
})

it.skipIf(spawnSync('zsh', ['--version']).status !== 0)('the scripts of zsh parse', () => {
  const { stderr, status } = spawnSync('zsh', ['-n'], {
    input: completionScript('zsh', program()),
    encoding: 'utf8',
  })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
})
