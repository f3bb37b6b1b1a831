/** Switches off the reports that ONNX Runtime sends to its maker. */
import { isMainThread } from 'node:worker_threads'
import { EnvironmentError } from '../../core/errors.js'

/** The switch that ONNX Runtime reads when its library is loaded. */
const SWITCH = 'ORT_DISABLE_TELEMETRY'

/**
 * Keeps ONNX Runtime 1.30 from reporting to its maker: without its switch it keeps a device id and a database in
 * the user's cache folder, leaves a file per process in TMPDIR, and ten seconds after a session opens looks up
 * the event server. Must be called before its library is loaded; whatever the variable was, it is on
 * afterwards. Throws EnvironmentError in a worker thread whose environment, a copy that libraries do not see, lacks it.
 */
export function withoutTelemetry(): void {
  if (process.env[SWITCH] === '1') return
  if (!isMainThread) {
    throw new EnvironmentError(
      `ONNX Runtime would report to its maker from this worker thread: set ${SWITCH}=1 before the process starts`,
    )
  }
  process.env[SWITCH] = '1'
}
