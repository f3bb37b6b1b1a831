/** What --help and the completions of shells say. */
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { builtProgram } from '../testing/built.js'
import { LONGEST_RUN_MS } from '../testing/commandLine.js'
import { completionScript } from './actions/completion.js'
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
      for (const { long, hidden } of command.options)
        if (long !== undefined && !hidden) expect(script).toContain(long.replace('--', ''))
    }
  },
)

/**
 * Scripts in which a shell completes lines that begin with `lowlayer `, one after the other, as it does for somebody who
 * types them; `lowlayer` is the program itself. A line of output each.
 */
const completes = {
  bash: (script: string, lines: readonly string[]) => `${script}
${lines
  .map(
    (words) => `COMP_WORDS=(lowlayer ${words}) COMP_CWORD=${words.split(' ').length}
_lowlayer; echo "\${COMPREPLY[@]}"`,
  )
  .join('\n')}`,
  fish: (script: string, lines: readonly string[]) => `${script}
function lowlayer; '${process.execPath}' '${builtProgram}' $argv; end
${lines.map((words) => `echo (complete -C 'lowlayer ${words}')`).join('\n')}`,
  // A terminal of its own, in which the tab key is pressed; ^X prints the line as it is then.
  zsh: (script: string, lines: readonly string[]) => `zmodload zsh/zpty
zpty shell 'TERM=dumb zsh -f -i'
zpty -w shell "$(cat <<'END'
PROMPT= PS2=
autoload -Uz compinit; compinit -u -D
${script}
lowlayer() { '${process.execPath}' '${builtProgram}' "$@" }
show() { print -r -- "<<$BUFFER>>" }; zle -N show; bindkey '^X' show
print READ''Y
END
)"
zpty -r shell out '*READY*'
${lines
  .map(
    (words) => `zpty -w -n shell $'\\x15lowlayer ${words}\\t\\x18'
zpty -r shell out '*<<*>>*'
print -r -- "\${out##*<<}"`,
  )
  .join('\n')}`,
} as const

describe.each(['bash', 'fish', 'zsh'] as const)('in %s itself', (shell) => {
  const isHere = spawnSync(shell, ['--version']).status === 0
  if (!isHere) console.warn(`completion in ${shell} is not tested: there is no ${shell} here`)
  it.skipIf(!isHere)('commands, options and what follows them are completed', () => {
    const expected = {
      dec: 'decompose',
      '--vers': '--version',
      'report --ten': '--tensorboard',
      'data f': 'fetch',
      'completion z': 'zsh',
      'run --progress js': 'json',
      'run --engine tf': 'tfjs',
      'plan --device webg': 'webgpu',
      'decompose --salience mea': 'mean-output:0.03',
      'data fetch mni': 'mnist',
      'data fetch --mir': '--mirror',
      // Bash tells a setting by the line, below.
      ...(shell === 'bash' ? {} : { 'run a.yaml --set confusing.score=can': 'score=cancellation' }),
    }
    const script = completes[shell](completionScript(shell, program()), Object.keys(expected))
    const options = { encoding: 'utf8', timeout: LONGEST_RUN_MS } as const
    const { stdout, stderr } = spawnSync(shell, ['-c', script], options)
    expect(stderr).toBe('')
    const lines = stdout.trimEnd().split(/\r?\n/)
    expect(lines).toEqual(Object.values(expected).map((word) => expect.stringContaining(word)))
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
