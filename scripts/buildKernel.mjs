/**
 * Compiles the solver's inner loop (AssemblyScript, SIMD) and embeds it as base64, so that it loads
 * without a file: `npm run build:kernel`. The result is committed, being 4 kB, and a test checks that
 * it is what the source compiles to.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const folder = fileURLToPath(new URL('../src/interactions/solver/', import.meta.url))

/** The text of kernelBinary.ts for the source as it is now. */
export async function kernelBinarySource() {
  let binary
  const flags = ['-O3', '--runtime', 'stub', '--importMemory', '--enable', 'simd', '--noAssert']
  const { error, stderr } = await asc.main(
    [...flags, '--baseDir', `${folder}assembly`, '--outFile', 'kernel.wasm', 'kernel.ts'],
    {
      writeFile: (_, contents) => {
        binary = contents
      },
    },
  )
  if (error !== null) throw new Error(`${error.message}\n${stderr}`)
  const text = Buffer.from(binary).toString('base64')
  return `/** assembly/kernel.ts, compiled by \`npm run build:kernel\`. */\nexport const kernelBinary =\n  '${text}'\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(`${folder}kernelBinary.ts`, await kernelBinarySource())
}
