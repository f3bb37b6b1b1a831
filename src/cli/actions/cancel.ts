import { resolve } from 'node:path'
import { cancelStudy } from '../../slurm/status.js'

/** Takes the study of a folder from the cluster, and says how much of it. */
export async function cancel(folder: string): Promise<void> {
  const count = await cancelStudy(resolve(folder))
  process.stdout.write(count === 0 ? 'nothing waits or runs\n' : `${count} elements cancelled\n`)
}
