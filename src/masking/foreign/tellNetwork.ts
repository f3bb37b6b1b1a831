/** How to say of a network from elsewhere what its file does not. */

/** Keys of an entry of `networks.files` that `analyze` has as options. */
type ToldKey = 'input' | 'output' | 'outputKind' | 'layout' | 'layerLayout' | 'classes'

const options: Readonly<Record<ToldKey, string>> = {
  input: '--input NAME',
  output: '--output NAME',
  outputKind: '--output-kind',
  layout: '--layout',
  layerLayout: '--set networks.files.0.layerLayout=…, 0 for the first network',
  classes: '--classes FILE',
}

/** The key with a value, as a configuration has it, and the option: `layout: nchw (analyze: --layout)`. */
export function keyAndOption(key: ToldKey, value?: string): string {
  return `${key}${value === undefined ? '' : `: ${value}`} (analyze: ${options[key]})`
}
