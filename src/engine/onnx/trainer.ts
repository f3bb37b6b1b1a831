import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { stepScalars } from '../../autodiff/optimizer.js'
import { compileTrainStep, type TrainStep } from '../../autodiff/trainStep.js'
import { freeArrays } from '../../core/freeArrays.js'
import { sizeOf, type Tensor, type Tensors } from '../../core/tensor.js'
import type { ElementType, Graph, Shape } from '../../graph/types.js'
import { checkBatch, fillMask, fillTargets } from '../feeds.js'
import { initialSlots } from '../state.js'
import type { DeviceName, Trainer, TrainingRecipe, TrainState } from '../types.js'
import { encodeProgram } from './model.js'
import { loadOrt, type Ort, type OrtFeeds, openSession } from './session.js'
import { targetOf } from './target.js'

/**
 * A network in training as one ONNX Runtime session: a step is one `session.run`. What a step changes comes
 * back in new arrays, copied by ONNX Runtime's Node interface in any case; the next step reads those, and
 * the ones before are freed.
 */
export async function createOnnxTrainer(
  network: Graph,
  recipe: TrainingRecipe,
  start: TrainState,
  device: DeviceName,
): Promise<OnnxTrainer> {
  const compiled = compileTrainStep(network, recipe)
  const ort = await loadOrt()
  const session = await openSession(encodeProgram(compiled.program, await targetOf(device)), device)
  const state = { ...start.parameters, ...initialSlots(compiled.slots, start) }
  return new OnnxTrainer(ort, session, compiled, recipe, state, start.step)
}

/** A trainer whose steps can be taken back. */
export class OnnxTrainer implements Trainer {
  private readonly feeds: OrtFeeds = {}
  private readonly inputs: Float32Array | Int32Array
  private readonly inputShape: Shape
  private readonly targets: Float32Array
  private readonly scalars: Readonly<Record<string, Float32Array>>
  private readonly masks: readonly Float32Array[]

  constructor(
    ort: Ort,
    private readonly session: InferenceSession,
    private readonly compiled: TrainStep,
    private readonly recipe: TrainingRecipe,
    state: Tensors,
    private done: number,
  ) {
    const wrap = (type: ElementType, data: Float32Array | Int32Array, shape: Shape): OrtTensor =>
      type === 'int32'
        ? new ort.Tensor('int32', data as Int32Array, shape)
        : new ort.Tensor('float32', data as Float32Array, shape)
    const add = (name: string, data: Float32Array, shape: Shape) => {
      this.feeds[name] = wrap('float32', data, shape)
      return data
    }
    const input = compiled.program.inputs[0]
    this.inputShape = input.shape
    this.inputs =
      input.dtype === 'int32'
        ? new Int32Array(sizeOf(input.shape))
        : new Float32Array(sizeOf(input.shape))
    this.feeds[input.name] = wrap(input.dtype, this.inputs, input.shape)
    this.targets = add(
      'targets',
      new Float32Array(sizeOf(compiled.targetsShape)),
      compiled.targetsShape,
    )
    this.masks = compiled.masks.map(({ input: name, shape }) =>
      add(name, new Float32Array(sizeOf(shape)), shape),
    )
    const names = Object.keys(stepScalars(recipe.optimizer, 0, 1))
    this.scalars = Object.fromEntries(
      names.map((name) => [name, add(name, new Float32Array(1), [])]),
    )
    for (const [name, { shape, data }] of Object.entries(state)) add(name, data.slice(), shape)
  }

  async step(inputs: Float32Array, labels: Int32Array, learningRate: number): Promise<number> {
    checkBatch(inputs, labels, this.inputShape)
    const { optimizer, labelSmoothing, dropoutSeed } = this.recipe
    this.inputs.set(inputs)
    fillTargets(this.targets, labels, this.compiled.loss, labelSmoothing)
    this.compiled.masks.forEach((mask, index) => {
      fillMask(this.masks[index], mask, dropoutSeed, this.done)
    })
    const scalars = stepScalars(optimizer, learningRate, this.done + 1)
    for (const [name, value] of Object.entries(scalars)) this.scalars[name][0] = value
    const results = await this.session.run(this.feeds)
    const before: Float32Array[] = []
    for (const [name, next] of Object.entries(this.compiled.next)) {
      before.push(this.feeds[name].data as Float32Array)
      this.feeds[name] = results[next]
    }
    freeArrays(before)
    this.done++
    return (results.loss.data as Float32Array)[0]
  }

  async state(): Promise<TrainState> {
    const snapshot = (keep: (name: string) => boolean): Tensors =>
      Object.fromEntries(
        Object.entries(this.feeds)
          .filter(([name]) => keep(name))
          .map(([name, { dims, data }]): [string, Tensor] => [
            name,
            { shape: [...dims], data: (data as Float32Array).slice() },
          ]),
      )
    const { parameters, slots } = this.compiled
    return {
      step: this.done,
      parameters: snapshot((name) => parameters.includes(name)),
      slots: snapshot((name) => name in slots),
    }
  }

  /** Goes back to a state, in the same session. */
  restore(state: TrainState): void {
    const values = { ...state.parameters, ...initialSlots(this.compiled.slots, state) }
    for (const [name, { data }] of Object.entries(values)) {
      const own = this.feeds[name].data as Float32Array
      own.set(data)
    }
    this.done = state.step
  }

  async dispose(): Promise<void> {
    await this.session.release()
  }
}
