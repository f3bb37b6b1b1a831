/** The command `lowlayer doctor`: its options and its help. */
import { Command } from 'commander'

/** Options of `lowlayer doctor`. */
export interface DoctorOptions {
  readonly json?: boolean
  readonly dataDir?: string
  readonly results: string
}

/** `lowlayer doctor`: what works on this machine, and one fix for each thing that does not. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('check this machine')
    .description(
      'Checks Node, engines and devices (against the CPU, with speed), disk and data sets.',
    )
    .option('--json', 'print JSON, to go with a bug report')
    .option('--data-dir <dir>', 'folder of data sets')
    .option('--results <dir>', 'results folder, for the space left there', 'results')
    .addHelpText('after', '\nExample:\n  lowlayer doctor')
    .action(async (options: DoctorOptions) =>
      (await import('../actions/doctor.js')).doctor(options),
    )
}
