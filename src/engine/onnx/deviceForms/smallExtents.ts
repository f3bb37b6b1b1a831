import type { Shape } from '../../../graph/types.js'

/** Whether images [batch, channels, H, W] are so small that ONNX Runtime's convolutions are slow on CPUs. */
export function isSmall([, , height, width]: Shape): boolean {
  return height * width < 25
}
