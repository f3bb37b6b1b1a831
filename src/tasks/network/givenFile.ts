/** The file of a network from elsewhere, as long as it is the one that was planned. */
import { InputError } from '../../core/errors.js'
import { foreignFileId } from '../../engine/onnx/foreignFile.js'
import { inputFileId } from '../../formats/inputFile.js'
import type { GivenNetwork } from '../../plan/types.js'

/** The file of a network from elsewhere at a step. Throws InputError where it is another one than was planned. */
export async function givenFile(
  { name, spec, files }: GivenNetwork,
  step: number,
): Promise<string> {
  const at = spec.checkpointSteps.indexOf(step)
  const file = files[at]
  const id = spec.kind === 'onnx' ? await foreignFileId(file) : inputFileId(file)
  if (id === spec.checkpoints[at]) return file
  throw new InputError(
    `network "${name}": ${file} changed since the study was planned; run again, which makes it another network`,
    { context: { file } },
  )
}
