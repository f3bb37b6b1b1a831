import type { Target } from '../onnx/model.js'
import { interpret } from '../reference/interpret.js'
import { relativeError } from '../relativeError.js'
import type { DeviceName } from '../types.js'
import { caseFeeds, caseProgram, type OperatorCase } from './operatorCases.js'
import { runProgram } from './runProgram.js'

/** Largest relative error of a case's outputs, each with its name. */
export async function errorsOf(
  operatorCase: OperatorCase,
  device: DeviceName,
  target?: Target,
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
  const outputs = await runProgram(program, feeds, device, target)
  return Object.entries(program.outputs).map(([output, value]) => [
    output,
    relativeError(outputs[output], exact.get(value)!.data),
  ])
}
