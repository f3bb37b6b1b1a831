/** What a module of the built program loads as soon as it is imported, for tests of how much starts with a process. */
import { readFileSync } from 'node:fs'
import { builtModule } from './built.js'

/** `import … from 'x'`, `export … from 'x'` and `import 'x'` as the compiler writes them; `import('x')` waits and does not count. */
const STATIC_IMPORT = /^(?:import|export)\b(?:[^'";=()]*\bfrom)?\s*['"]([^'"]+)['"]/gm

/** Packages, and modules of the program below `src/`, that a module loads: those it imports, and those that these import. */
export function loadedBy(name: string): { readonly packages: string[]; readonly own: string[] } {
  const root = builtModule('')
  const packages = new Set<string>()
  const own = new Set([builtModule(name)])
  for (const module of own) {
    for (const [, imported] of readFileSync(new URL(module), 'utf8').matchAll(STATIC_IMPORT)) {
      if (imported.startsWith('.')) own.add(new URL(imported, module).href)
      else if (!imported.startsWith('node:')) packages.add(packageOf(imported))
    }
  }
  return {
    packages: [...packages].sort(),
    own: [...own].map((module) => module.slice(root.length)).sort(),
  }
}

/** `csv-parse/sync` is of `csv-parse`, `@napi-rs/canvas/x` of `@napi-rs/canvas`. */
function packageOf(imported: string): string {
  return imported
    .split('/')
    .slice(0, imported.startsWith('@') ? 2 : 1)
    .join('/')
}
