/** The work of `lowlayer completion`: scripts with which bash, zsh and fish complete the commands. */
import type { Command } from 'commander'
import { InputError } from '../../core/errors.js'
import { type Shell, shells } from '../shells.js'

/** Prints the script of a shell for a program. Throws InputError where there is none. */
export function completion(shell: string, program: Command): void {
  const known = shells.find((name) => name === shell)
  if (known === undefined)
    throw new InputError(`no completion for "${shell}"; there is one for ${shells.join(', ')}`)
  process.stdout.write(completionScript(known, program))
}

/** The script of one shell for a program and its commands. */
export function completionScript(shell: Shell, program: Command): string {
  const commands = program.commands.map((command) => describe(command))
  const help: Described = {
    name: 'help',
    summary: 'display help for command',
    options: [],
    choices: [],
    words: commands.map(({ name }) => name),
    children: [],
  }
  return { bash, zsh, fish }[shell]([...commands, help])
}

interface Described {
  readonly name: string
  readonly summary: string
  readonly options: readonly string[]
  /** What the options that have choices take. */
  readonly choices: readonly { readonly option: string; readonly values: readonly string[] }[]
  /** What its first argument may be, where that is no file. */
  readonly words: readonly string[]
  /** Commands of its own: `fetch` of `data`. */
  readonly children: readonly Described[]
}

function describe(command: Command): Described {
  const children = command.commands.map((child) => describe(child))
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    options: command.options.flatMap(({ long, hidden }) => (long && !hidden ? [long] : [])),
    choices: command.options.flatMap(({ long, argChoices }) =>
      long && argChoices ? [{ option: long, values: argChoices }] : [],
    ),
    words: [
      ...children.map(({ name }) => name),
      ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    ],
    children,
  }
}

/** Commands and those of their own, with all the names that lead to each: `data`, `data fetch`. */
function withChildren(commands: readonly Described[]): { path: string; command: Described }[] {
  return commands.flatMap((command) => [
    { path: command.name, command },
    ...command.children.map((child) => ({ path: `${command.name} ${child.name}`, command: child })),
  ])
}

/** The pattern of a shell's `case` for commands of commands. */
function childPattern(commands: readonly Described[]): string {
  const paths = withChildren(commands).map(({ path }) => path)
  return paths.flatMap((path) => (path.includes(' ') ? [`'${path}'`] : [])).join(' | ')
}

/** Cases of a shell's `case` over the option before the word, whose choices a command lists. */
function choiceCases(commands: readonly Described[], line: (values: string) => string): string {
  const all = withChildren(commands).flatMap(({ command }) => command.choices)
  const unique = new Map(all.map(({ option, values }) => [option, values]))
  return [...unique]
    .map(([option, values]) => `    ${option}) ${line(values.join(' '))}; return ;;`)
    .join('\n')
}

function bash(commands: readonly Described[]): string {
  const cases = withChildren(commands).map(({ path, command: { options, words } }) => {
    const first = words.length === 0 ? '' : ` first=${path.split(' ').length + 1}`
    return `    '${path}') words="${[...words, ...options, '--help'].join(' ')}"${first} ;;`
  })
  return `# bash completion of lowlayer
_lowlayer() {
  local word="\${COMP_WORDS[COMP_CWORD]}" words first line="\${COMP_LINE:0:COMP_POINT}" setting
  local command="\${COMP_WORDS[1]}"
  if [[ "\${line% *}" == *" --set" ]]; then
    setting="\${line##* }"
    COMPREPLY=($(compgen -W "$("$1" completion settings "$setting")" -- "$setting"))
    # Where = begins a word of its own, what stands before it is not replaced.
    [[ "$setting" == *=* && "$COMP_WORDBREAKS" == *=* ]] && COMPREPLY=("\${COMPREPLY[@]#*=}")
    compopt -o nospace
    return
  fi
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${choiceCases(commands, (values) => `COMPREPLY=($(compgen -W "${values}" -- "$word"))`)}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$word"))
    return
  fi
  if [ "$COMP_CWORD" -gt 2 ]; then
    case "$command \${COMP_WORDS[2]}" in
      ${childPattern(commands)}) command+=" \${COMP_WORDS[2]}" ;;
    esac
  fi
  case "$command" in
${cases.join('\n')}
    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  [[ "$word" == -* || "$first" == "$COMP_CWORD" ]] || COMPREPLY+=($(compgen -f -- "$word"))
}
complete -o filenames -F _lowlayer lowlayer
`
}

function zsh(commands: readonly Described[]): string {
  const list = commands.map(({ name, summary }) => `    '${name}:${summary.replaceAll("'", '’')}'`)
  const cases = withChildren(commands).map(({ path, command: { options, words } }) => {
    const first = path.split(' ').length + 2
    const only = words.length === 0 ? '' : `; (( CURRENT == ${first} )) && return`
    return `    '${path}') compadd -- ${[...words, ...options, '--help'].join(' ')}${only} ;;`
  })
  return `#compdef lowlayer
_lowlayer() {
  local -a commands
  commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    [[ "$words[2]" != -* ]] || compadd -- --help --version
    return
  fi
  if [[ "$words[CURRENT-1]" == --set ]]; then
    compadd -S '' -- $("$words[1]" completion settings "$words[CURRENT]")
    return
  fi
  case "$words[CURRENT-1]" in
${choiceCases(commands, (values) => `compadd -- ${values}`)}
  esac
  local command="$words[2]"
  if (( CURRENT > 3 )); then
    case "$command $words[3]" in
      ${childPattern(commands)}) command+=" $words[3]" ;;
    esac
  fi
  case "$command" in
${cases.join('\n')}
  esac
  _files
}
compdef _lowlayer lowlayer
`
}

function fish(commands: readonly Described[]): string {
  const settings = '(lowlayer completion settings (commandline -ct))'
  const starts = commands.map(
    ({ name, summary }) =>
      `complete -c lowlayer -n __fish_use_subcommand -f -a ${name} -d '${summary.replaceAll("'", '’')}'`,
  )
  const lines = withChildren(commands).flatMap(({ path, command }) => {
    const { options, choices, words } = command
    const seen = path
      .split(' ')
      .map((name) => `__fish_seen_subcommand_from ${name}`)
      .join('; and ')
    return [
      ...words.map(
        (word) =>
          `complete -c lowlayer -n '${seen}; and not __fish_seen_subcommand_from ${words.join(' ')}' -f -a ${word}`,
      ),
      ...options.map((option) => {
        const values = choices.find((one) => one.option === option)?.values.join(' ')
        const taken = option === '--set' ? settings : values
        const takes = taken === undefined ? '' : ` -x -a '${taken}'`
        return `complete -c lowlayer -n '${seen}' -l ${option.replace('--', '')}${takes}`
      }),
    ]
  })
  const first = ['help', 'version'].map(
    (option) => `complete -c lowlayer -n __fish_use_subcommand -l ${option}`,
  )
  return `# fish completion of lowlayer\n${[...first, ...starts, ...lines].join('\n')}\n`
}
