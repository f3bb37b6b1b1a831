import type { Target } from '../onnx/model.js'
import { interpret } from '../reference/interpret.js'
import { relativeError } from '../relativeError.js'
import type { DeviceName } from '../types.js'
import { caseFeeds, caseProgram, type OperatorCase } from './operatorCases.js'
import { runProgram } from './runProgram.js'

/** Largest relative error of a case's outputs, each with its name, written for the device or for each of `targets`. */
export async function errorsOf(
  operatorCase: OperatorCase,
  device: DeviceName,
  targets: readonly (Target | undefined)[] = [undefined],
): Promise<[string, number][]> {
  const program = caseProgram(operatorCase)
  const feeds = caseFeeds(operatorCase, program)
  const exact = interpret(
    program.nodes,
    Object.fromEntries(
      Object.entries(feeds).map(([name, { shape, data }]) => [
        name,
        { shape, data: Float64Array.from(data) },
      ]),
    ),
  )
  const errors: [string, number][] = []
  for (const target of targets) {
    const outputs = await runProgram(program, feeds, device, target)
    for (const [output, value] of Object.entries(program.outputs))
      errors.push([output, relativeError(outputs[output], exact.get(value)!.data)])
  }
  return errors
}
