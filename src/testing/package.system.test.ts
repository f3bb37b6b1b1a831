/** What `npm pack` would put into the package: only what a user of it can run, and all of that. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtFolder } from './built.js'

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'lowlayer-package-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly bundleDependencies?: readonly string[]
}
const manifest: Manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
let packed: string[] = []

beforeAll(() => {
  // ONNX Runtime, which is packed too, would take a minute.
  const { bundleDependencies: _, ...own } = manifest
  for (const file of ['configs', 'docs', 'CHANGELOG.md', 'CITATION.cff', 'README.md', 'LICENSE'])
    cpSync(join(root, file), join(folder, file), { recursive: true })
  cpSync(builtFolder, join(folder, 'dist'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify(own))
  const command = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const [{ files }] = JSON.parse(execFileSync('npm', command, { cwd: folder, encoding: 'utf8' }))
  packed = files.map(({ path }: { path: string }) => path)
})

/** What a built file or its declaration imports. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(folder, file), 'utf8')
  const found = text.matchAll(/(?:^(?:import|export)\b[\w\s{},*$]*|\bimport\()(['"])([^'"]+)\1/gm)
  return [...found].map(([, , name]) => name)
}

describe('the package', () => {
  it('has the command, the library, configurations, documents and changes', () => {
    expect(packed).toEqual(
      expect.arrayContaining([
        'dist/bin/lowlayer.js',
        'dist/src/index.js',
        'dist/src/index.d.ts',
        'configs/quickstart.yaml',
        'docs/method.md',
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
      ]),
    )
  })

  it('has no tests, nothing that only they use, and no maps to sources that it does not have', () => {
    const inner = /\.test\.|(^|\/)(testing|assembly|bench|experiments)\/|\.map$/
    expect(packed.filter((file) => inner.test(file))).toEqual([])
  })

  it('imports only what is installed with it', () => {
    const installed = { ...manifest.dependencies, ...manifest.peerDependencies }
    const built = packed.filter((file) => /^dist\/.*\.(js|ts)$/.test(file))
    const missing = built.flatMap((file) =>
      importsOf(file)
        .filter((name) => {
          if (name.startsWith('.')) {
            const target = normalize(join(dirname(file), name))
            return !packed.includes(file.endsWith('.d.ts') ? target.replace(/js$/, 'd.ts') : target)
          }
          if (name.startsWith('node:') || name.startsWith('#')) return false
          const [first, second] = name.split('/')
          return !((first.startsWith('@') ? `${first}/${second}` : first) in installed)
        })
        .map((name) => `${file} imports ${name}`),
    )
    expect(built.flatMap(importsOf)).toContain('onnxruntime-node')
    expect(missing).toEqual([])
  })

  it('brings ONNX Runtime itself, whose install script would download from elsewhere', () => {
    expect(manifest.bundleDependencies).toEqual(['onnxruntime-node'])
    // npm 10 runs in a clone what the lock says to have an install script.
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('hasInstallScript')
    expect(existsSync(join(root, 'node_modules/onnxruntime-node/package.json'))).toBe(true)
  })
})
