import { execFileSync } from 'node:child_process'

/** Compiles the project once before the tests: workers and the command line are tested as built. */
export default function setup(): void {
  execFileSync('npm', ['run', 'build', '--silent'], { stdio: 'inherit' })
}
