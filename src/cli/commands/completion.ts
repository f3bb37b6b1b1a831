import { Command } from 'commander'
import { InputError } from '../../core/errors.js'

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

/** `lowlayer completion SHELL`: a completion script, made from the commands and options there are. */
export function completionCommand(): Command {
  const command: Command = new Command('completion')
    .summary('print a shell completion script')
    .description('Prints a completion script for bash, zsh or fish.')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText(
      'after',
      '\nExample:\n  source <(lowlayer completion bash)\n\nThe same for zsh, after compinit; fish: lowlayer completion fish | source',
    )
    .action((shell: string) => {
      const known = shells.find((name) => name === shell)
      if (known === undefined)
        throw new InputError(`no completion for "${shell}"; there is one for ${shells.join(', ')}`)
      process.stdout.write(completionScript(known, command.parent as Command))
    })
  return command
}

/** The script of one shell for a program and its commands. */
export function completionScript(shell: Shell, program: Command): string {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary() || command.description(),
    options: command.options.map(({ long }) => long ?? '').filter((name) => name !== ''),
    children: command.commands.map((child) => child.name()),
  }))
  return { bash, zsh, fish }[shell](commands)
}

interface Described {
  readonly name: string
  readonly summary: string
  readonly options: readonly string[]
  readonly children: readonly string[]
}

function bash(commands: readonly Described[]): string {
  const cases = commands.map(
    ({ name, options, children }) =>
      `    ${name}) words="${[...children, ...options, '--help'].join(' ')}" ;;`,
  )
  return `# bash completion of lowlayer
_lowlayer() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ "$word" == -* ]] || COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _lowlayer lowlayer
`
}

function zsh(commands: readonly Described[]): string {
  const list = commands.map(({ name, summary }) => `    '${name}:${summary.replaceAll("'", '’')}'`)
  const cases = commands.map(
    ({ name, options, children }) =>
      `    ${name}) compadd -- ${[...children, ...options, '--help'].join(' ')} ;;`,
  )
  return `#compdef lowlayer
_lowlayer() {
  local -a commands
  commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
  esac
  _files
}
compdef _lowlayer lowlayer
`
}

function fish(commands: readonly Described[]): string {
  const lines = commands.flatMap(({ name, summary, options, children }) => [
    `complete -c lowlayer -n __fish_use_subcommand -f -a ${name} -d '${summary.replaceAll("'", '’')}'`,
    ...children.map(
      (child) => `complete -c lowlayer -n '__fish_seen_subcommand_from ${name}' -a ${child}`,
    ),
    ...options.map(
      (option) =>
        `complete -c lowlayer -n '__fish_seen_subcommand_from ${name}' -l ${option.replace('--', '')}`,
    ),
  ])
  return `# fish completion of lowlayer\n${lines.join('\n')}\n`
}
