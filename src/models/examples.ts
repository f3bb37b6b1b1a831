import { buildModel } from './build.js'
import type { InputDescription, ModelSpec } from './spec.js'
import type { Model } from './types.js'

const tabular: InputDescription = { kind: 'tabular', shape: [9], classes: 2 }
const digit: InputDescription = { kind: 'image', shape: [1, 28, 28], classes: 2 }

/** A small member of every architecture, for tests and self-tests of engines. */
const examples: Readonly<
  Record<string, readonly [Omit<ModelSpec, 'architecture'>, InputDescription]>
> = {
  'mlp-5': [{}, tabular],
  'resmlp-5': [{}, tabular],
  lenet: [{}, digit],
  'lenet-wide': [{}, digit],
}

/** The example of an architecture. */
export function exampleModel(architecture: string): Model {
  const [spec, input] = examples[architecture]
  return buildModel({ ...spec, architecture }, input)
}
