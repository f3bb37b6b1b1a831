/** The weights of the layers that count as low in a network from elsewhere, over the files of its series. */
import { InputError } from '../../core/errors.js'
import { contentId } from '../../core/hash.js'
import { sizeOf } from '../../core/tensor.js'
import type { ForeignFile } from '../../engine/onnx/foreignFile.js'
import type { GivenNetworkInfo } from '../../plan/types.js'

/** The low layers that are stated by name, as the files of a series are read one after the other: none is held. */
export class LowLayers {
  /** All other weights of the first file; undefined where there are none. */
  high: GivenNetworkInfo['high']
  /** Hashes of the low weights of each file, by name. */
  private readonly seen: ReadonlyMap<string, string>[] = []
  private renamed: readonly string[] = []

  constructor(private readonly layers: readonly string[]) {}

  /** Takes the weights of the next file. */
  add(weights: ForeignFile['weights']): void {
    const names = lowWeights(weights, this.layers)
    if (this.seen.length === 0) {
      this.high = highOf(weights, names)
      this.renamed = renamedWeights(weights, names)
    }
    this.seen.push(new Map(names.map((name) => [name, weights.get(name)!.hash()])))
  }

  /** The low layers, with the shapes of the last file. Throws InputError, naming `file`, where no file has a weight of one of them. */
  found(file: string, last: ForeignFile['weights']): GivenNetworkInfo['low'] {
    requireNamed(file, last, this.layers, new Set(this.seen.flatMap((own) => [...own.keys()])))
    return {
      ...shapesOf(last, lowWeights(last, this.layers)),
      hashes: commonHashes(this.seen),
      ...(this.renamed.length === 0 ? {} : { renamed: this.renamed }),
    }
  }
}

/** The weights that are not low; undefined where all are. */
function highOf(weights: ForeignFile['weights'], low: readonly string[]): GivenNetworkInfo['high'] {
  const names = [...weights.keys()].filter((name) => !low.includes(name)).sort()
  if (names.length === 0) return undefined
  const hash = contentId(names.map((name) => weights.get(name)!.hash()))
  return { shapes: shapesOf(weights, names).shapes, hash }
}

/** Names of the weights of the low layers that a file has. */
function lowWeights(weights: ForeignFile['weights'], layers: readonly string[]): string[] {
  return [...weights.keys()].filter((name) => layers.some((layer) => isOfLayer(name, layer))).sort()
}

function isOfLayer(name: string, layer: string): boolean {
  return name === layer || name.startsWith(`${layer}.`)
}

/** A hash a checkpoint of the weights that all of them have; none where they have none in common. */
function commonHashes([first, ...others]: readonly ReadonlyMap<string, string>[]): string[] {
  const common = [...first.keys()].filter((name) => others.every((own) => own.has(name)))
  if (common.length === 0) return []
  return [first, ...others].map((own) => contentId(common.map((name) => own.get(name)!)))
}

/** Throws InputError where no file of a series has a weight of one of the low layers. */
function requireNamed(
  file: string,
  weights: ForeignFile['weights'],
  layers: readonly string[],
  found: ReadonlySet<string>,
): void {
  const layer = layers.find((one) => ![...found].some((name) => isOfLayer(name, one)))
  if (layer === undefined) return
  const names = [...weights.keys()]
  const shown = names.length > 12 ? [...names.slice(0, 12), '…'] : names
  throw new InputError(
    `lowLayers: ${file} has no weights "${layer}" or "${layer}.…"; there are ${shown.join(', ')}. Exporters fold ` +
      'and rename weights: export in evaluation mode without constant folding (PyTorch: do_constant_folding=False); the older one of PyTorch keeps equal ' +
      'weights once, as those of norms before training: leave such layers out, or export with dynamo=True, optimize=False',
  )
}

/** Matrices and kernels that an exporter has given names of its own (onnx::MatMul_320, val_18), and that are not named as low ones. */
function renamedWeights(weights: ForeignFile['weights'], low: readonly string[]): string[] {
  return [...weights].flatMap(([name, { shape }]) =>
    shape.length >= 2 && /::|^val_\d+$/.test(name) && !low.includes(name) ? [name] : [],
  )
}

/** Weights with their shapes in words, and how many numbers they are. */
export function shapesOf(weights: ForeignFile['weights'], names: readonly string[]) {
  const shapes = names.map((name) => `${name} ${weights.get(name)?.shape.join('×')}`).join(', ')
  const parameters = names.reduce((sum, name) => sum + sizeOf(weights.get(name)?.shape ?? []), 0)
  return { shapes, parameters }
}
