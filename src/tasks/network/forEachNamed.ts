/** Work on networks of which each may fail for reasons of its own, told together. */
import { InputError } from '../../core/errors.js'
import { limits } from '../../core/limits.js'

/**
 * Does `work` on one network after the other. Throws InputError naming those that it throws InputError for (the first
 * ones) when they were tried, `place` before each problem; other errors at once.
 */
export async function forEachNamed<T extends { readonly name: string }>(
  networks: Iterable<T>,
  work: (network: T) => Promise<unknown>,
  place = '',
): Promise<void> {
  const problems: string[] = []
  for (const network of networks) {
    try {
      await work(network)
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      problems.push(`network "${network.name}": ${place}${error.message}`)
      if (problems.length === limits.problems) break
    }
  }
  if (problems.length > 0) throw new InputError(problems.join('\n'))
}
