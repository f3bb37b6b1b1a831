#!/usr/bin/env node
/** The command `lowlayer`, as it is started from a shell. */
import { main } from '../src/cli/main.js'

// A reader that has seen enough (`lowlayer plan study.yaml | head`), or a terminal that was closed, is no error.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (!['EPIPE', 'EIO'].includes(error.code ?? '')) throw error
  })
}

process.exitCode = await main(process.argv)
