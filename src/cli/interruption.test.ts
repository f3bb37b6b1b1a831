/** Commands that are asked to stop; in processes of their own, which signals end. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { builtModule } from '../testing/built.js'

/** How a process ends that is busy without end, asked to stop while it is interruptible and after `then`. */
async function endOf(patienceMs: number, then = ''): Promise<unknown[]> {
  const script = `
    const { interruptible } = await import(${JSON.stringify(builtModule('cli/interruption.js'))})
    const interruption = interruptible(${patienceMs})
    setInterval(() => undefined, 1000)
    process.on('SIGTERM', () => setTimeout(async () => { ${then} }, 1))
    process.stdout.write('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script])
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  return once(child, 'exit')
}

it('a stop that finds no safe point ends the process in the end', async () => {
  expect(await endOf(100)).toEqual([130, null])
})

it('a stop that was heeded ends nothing later', async () => {
  const later = 'interruption.release(); setTimeout(() => process.exit(7), 300)'
  expect(await endOf(100, later)).toEqual([7, null])
})
