import type { Shape } from '../../../graph/types.js'

/**
 * Whether images [batch, channels, H, W] are so small that ONNX Runtime's convolutions, blocked or not, are
 * slow on CPUs: they read the weights anew for every few pixels.
 */
export function isSmall([, , height, width]: Shape): boolean {
  return height * width < 25
}
