import { cardsOf } from '../slurm.js'
import { type Check, checkDistinct } from './shared.js'

/** Whether the devices can be used as they are named: a card computes for one network at a time. */
export const checkRuntime: Check = ({ runtime }, problem) => {
  if (runtime === undefined) return
  const { device, devices, engine, slurm } = runtime
  if (devices !== undefined) {
    const path = 'runtime.devices'
    checkDistinct(devices, problem, path)
    if (device !== 'auto')
      problem(path, `cannot stand beside runtime.device ${device}: name devices in one of them`)
    if (engine !== 'auto' && engine !== 'onnx')
      problem(path, `cards by number need the engine onnx, not ${engine}`)
  }
  const cards = cardsOf(slurm.gres)
  if (cards > slurm.pack) {
    const packed = slurm.pack === 1 ? 'one network' : `${slurm.pack} networks`
    const message = `of ${packed} leaves some of ${cards} cards idle: use ${cards} or more`
    problem('runtime.slurm.pack', message)
  }
}
