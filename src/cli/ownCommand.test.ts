/** The command that messages suggest against the one that was given: the same, with the new settings. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ownCommand } from './ownCommand.js'

const { argv } = process
beforeEach(() => void vi.stubEnv('npm_command', 'test'))
afterEach(() => {
  vi.unstubAllEnvs()
  process.argv = argv
})

function given(words: string): void {
  process.argv = ['node', 'lowlayer', ...words.split(' ')]
}

it('is the command that was given, as a shell takes it', () => {
  process.argv = ['node', 'lowlayer', 'run', 'my study.yaml', '--set', 'networks.grid.low=[0, 1]']
  expect(ownCommand()).toBe("lowlayer run 'my study.yaml' --set 'networks.grid.low=[0, 1]'")
})

it('has every setting once, the new in the place of the old of its path', () => {
  given('run a.yaml --set grid.low=[0] --set=grid.high=[0] --set grid.lower=[1] --jobs 2')
  expect(ownCommand(['grid.low=[0,1]', 'grid.high=[0,1]'])).toBe(
    "lowlayer run a.yaml --set 'grid.lower=[1]' --jobs 2 --set 'grid.low=[0,1]' --set 'grid.high=[0,1]'",
  )
})

it('takes nothing for a setting that is none: a file’s name, what another option takes', () => {
  given('run grid.low=1.yaml --results grid.low=1 --set')
  expect(ownCommand(['grid.low=2'])).toBe(
    "lowlayer run grid.low=1.yaml --results grid.low=1 --set --set 'grid.low=2'",
  )
})
