/** Gives the memory of large arrays back at once. */
import { MessageChannel } from 'node:worker_threads'

/** A port without another end: what is handed over to it is freed. */
const nowhere = closedPort()

function closedPort() {
  const { port1, port2 } = new MessageChannel()
  port1.close()
  port2.close()
  return port1
}

/**
 * Frees the memory of arrays, which are empty afterwards. Garbage collection would do so tens of
 * megabytes later, since it hardly sees what lies outside its own heap. Arrays that are part of a
 * larger buffer are left alone.
 */
export function freeArrays(arrays: Iterable<ArrayBufferView>): void {
  const buffers = new Set<ArrayBuffer>()
  for (const { buffer, byteLength } of arrays) {
    if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffers.add(buffer)
  }
  nowhere.postMessage(null, [...buffers])
}
