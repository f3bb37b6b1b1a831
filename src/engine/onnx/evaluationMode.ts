/** Refuses networks that were exported in training mode. */
import { InputError } from '../../core/errors.js'
import { type GraphProto, innerGraphs, type NodeProto } from './format.js'

/**
 * Throws InputError where a network was exported in training mode and the graph says so: a batch normalisation that
 * takes means and variances from the batch that it is given. A sample by itself then goes through another network than
 * the one that was evaluated, whose outputs look sound where a map has many positions to take them from. (Noise that
 * was left in is seen when the model runs.)
 */
export function requireEvaluationMode(file: string, graph: GraphProto): void {
  const found = nodesIn(graph).filter(normalisesByBatch)
  if (found.length === 0) return
  const [{ name, output }] = found
  const others = found.length === 1 ? '' : ` and ${found.length - 1} more`
  throw new InputError(
    `${file}: "${name || output[0]}"${others} (BatchNormalization) takes means and variances from the batch, as in training, ` +
      'so that outputs are no function of the sample: export in evaluation mode (PyTorch: net.eval()); a layer without running ' +
      'averages (track_running_stats=False) has no such mode',
  )
}

/** The operators of a graph and of those within them. */
function nodesIn({ node }: GraphProto): NodeProto[] {
  return node.flatMap((each) => [each, ...innerGraphs(each).flatMap(nodesIn)])
}

/** As an attribute says from opset 14 on; before and since, only training mode has means and variances as outputs. */
function normalisesByBatch({ opType, attribute, output }: NodeProto): boolean {
  if (opType !== 'BatchNormalization') return false
  const mode = attribute.find(({ name }) => name === 'training_mode')?.i ?? 0
  return Number(mode) === 1 || output.filter((name) => name !== '').length > 1
}
