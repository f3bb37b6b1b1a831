/** The tfjs that tests run: the package of the machine where there is one, else plain JavaScript. */
import { EnvironmentError } from '../../core/errors.js'
import { loadTfjs, type Tf } from '../tfjs/load.js'

/**
 * `@tensorflow/tfjs-node` where it is installed or NODE_PATH leads to it (scripts/buildTfjsNode.sh
 * builds one), and tfjs's CPU backend everywhere else.
 */
export async function loadTestedTfjs(): Promise<Tf> {
  try {
    return loadTfjs('cpu')
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
  }
  await import('@tensorflow/tfjs-backend-cpu')
  await import('@tensorflow/tfjs-core/dist/register_all_gradients.js')
  const plain = await import('@tensorflow/tfjs-core')
  await plain.ready()
  return plain
}
