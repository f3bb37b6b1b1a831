import { Argument, Command } from 'commander'
import { shells } from '../shells.js'

/** `lowlayer completion SHELL`: a completion script, made from the commands and options there are. */
export function completionCommand(): Command {
  const command: Command = new Command('completion')
    .summary('print a shell completion script')
    .description('Prints a completion script for bash, zsh or fish.')
    .addArgument(
      // Told by the action, which says what there is.
      new Argument('<shell>', 'or settings, which prints what may follow a word after --set')
        .choices(shells)
        .argParser(String),
    )
    .argument('[word]', 'of settings: confusing.score=')
    .addHelpText(
      'after',
      '\nExample:\n  source <(lowlayer completion bash)\n\nThe same for zsh, after compinit; fish: lowlayer completion fish | source',
    )
    .action(async (shell: string, word = '') =>
      shell === 'settings'
        ? (await import('../actions/settings.js')).printSettings(word)
        : (await import('../actions/completion.js')).completion(shell, command.parent as Command),
    )
  return command
}
