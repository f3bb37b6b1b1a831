/** Entry of a process in which `lowlayer doctor` checks one device: one that hangs or crashes takes only this along. */
import { messageOf } from '../core/errors.js'
import { checkDevice } from '../tasks/training/deviceCheck.js'

const [engine, device] = process.argv.slice(2)
try {
  const found = await checkDevice(engine as 'onnx', device as 'cpu')
  process.stdout.write(`${JSON.stringify(found)}\n`)
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exitCode = 1
}
