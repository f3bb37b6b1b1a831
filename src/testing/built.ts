/** The program as it is built for tests, in a folder of its own: users may be running what is in `dist/`. */
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tsc = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
)

/** Where it is, arranged as `dist/` is. */
export const builtFolder = join(root, '.testbuild')

/** The program `lowlayer`. */
export const builtProgram = join(builtFolder, 'bin/lowlayer.js')

/** Where a module below `src/` is to be imported from: what starts processes or threads finds their files beside itself. */
export function builtModule(name: string): string {
  return new URL(`../../.testbuild/src/${name}`, import.meta.url).href
}

/**
 * Brings it up to date before the tests of a run (vitest's `globalSetup`): only files whose sources changed are
 * written. Types are left to `npm run types`.
 */
export default function build(): void {
  const info = join(builtFolder, '.tsbuildinfo')
  const options = ['--noCheck', '--incremental', '--tsBuildInfoFile', info, '--outDir', builtFolder]
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...options], {
    cwd: root,
    stdio: 'inherit',
  })
}
