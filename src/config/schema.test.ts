/** The schema against its table of sources of defaults and the JSON Schema made from it: each covers every key. */
import { describe, expect, it } from 'vitest'
import { dataSources } from './data.js'
import { jsonSchema, pathsWithKey, schemaKeys } from './jsonSchema.js'
import { provenance, provenanceOf } from './provenance.js'
import { type ExperimentInput, experimentSchema } from './schema.js'

/** Configurations that together use every variant of every section. */
const variants: ExperimentInput[] = [
  ...dataSources.map((source): ExperimentInput => {
    const data = { source, path: 'somewhere' } as unknown as ExperimentInput['data']
    if (['tic-tac-toe', 'planted-logic', 'glyphs'].includes(source))
      Reflect.deleteProperty(data, 'path')
    return { data, model: { architecture: 'mlp-5' } }
  }),
  ...(['adam', 'adamw'] as const).map((name) => withTraining({ optimizer: { name } })),
  withTraining({ schedule: { name: 'constant' } }),
  withTraining({ schedule: { name: 'cosine' } }),
  withTraining({ schedule: { name: 'step', at: [3] } }),
  ...(['mean-output', 'fixed-final', 'max'] as const).map((rule) => ({
    ...plain(),
    analysis: { salience: { rule }, baseline: { learned: {} } },
  })),
  ...(['hinge', 'min-test-loss', 'threshold'] as const).map((detector) => ({
    ...plain(),
    phases: { detector },
  })),
  ...(['top', 'mad', 'otsu'] as const).map((rule) => ({
    ...plain(),
    confusing: { set: { rule } },
  })),
  { ...plain(), confusing: { references: {} } },
  { ...plain(), networks: { list: [{ name: 'a' }] } },
  {
    ...plain(),
    model: { architecture: 'mlp-5', layers: [{ type: 'conv', name: 'c', channels: 1, kernel: 3 }] },
  },
]

function plain(): ExperimentInput {
  return { data: { source: 'mnist' }, model: { architecture: 'lenet' } }
}

function withTraining(training: ExperimentInput['training']): ExperimentInput {
  return { ...plain(), training }
}

describe('provenance', () => {
  it('covers every default of every variant, and nothing else', () => {
    const used = new Set<string>()
    for (const input of variants) {
      const config = experimentSchema.parse({ study: 'any', ...input })
      const given = new Set(Object.keys(provenanceOf(input)))
      for (const path of Object.keys(provenanceOf(config)))
        if (!given.has(path)) used.add(path.replaceAll(/\[\d+\]/g, '[]'))
    }
    const known = new Set(Object.keys(provenance).map((path) => path.replace(/\([^)]*\)/, '')))
    expect([...used].filter((path) => !known.has(path))).toEqual([])
    expect([...known].filter((path) => !used.has(path) && !isTag(path))).toEqual([])
  })

  it('tells variants apart', () => {
    const tagsOf = (input: ExperimentInput) =>
      provenanceOf(experimentSchema.parse({ study: 'any', ...input }))
    expect(tagsOf(withTraining({}))['training.optimizer.lr']).toBe('lab')
    expect(tagsOf(withTraining({ optimizer: { name: 'adam' } }))['training.optimizer.lr']).toBe(
      'ours',
    )
  })
})

/** Keys that pick a variant are given in the variants above. */
function isTag(path: string): boolean {
  return /(name|rule|detector)$/.test(path) || path === 'study'
}

describe('the JSON Schema', () => {
  it('is plain JSON with descriptions, and knows extends', () => {
    const schema = JSON.parse(JSON.stringify(jsonSchema()))
    expect(schema.$schema).toContain('2020-12')
    expect(schema.properties.extends.description).toBeTypeOf('string')
    expect(schema.properties.training.properties.optimizer.oneOf).toHaveLength(3)
  })

  it.each([
    ['data and a model', { data: {}, model: {} }, true],
    ['networks from elsewhere, which need no model', { data: {}, networks: { files: [] } }, true],
    ['a table of these', { data: {}, networks: { table: 'nets.csv' } }, true],
    ['another file', { extends: 'other.yaml' }, true],
    ['a grid without a model', { data: {}, networks: { grid: {} } }, false],
    ['no data', { model: {}, networks: { files: [] } }, false],
  ])('takes %s for whole or not', (_, written: Record<string, unknown>, isWhole) => {
    interface Branch {
      readonly required?: readonly string[]
      readonly properties?: Readonly<Record<string, Branch>>
    }
    const holds = ({ required = [], properties = {} }: Branch, value: object): boolean =>
      required.every((key) => key in value) &&
      Object.entries(properties).every(([key, inner]) => {
        return !(key in value) || holds(inner, (value as Record<string, object>)[key])
      })
    const { anyOf } = jsonSchema() as { readonly anyOf: readonly Branch[] }
    expect(anyOf.some((branch) => holds(branch, written))).toBe(isWhole)
  })

  it('tells the keys of a mapping by the variant that was written', () => {
    expect(schemaKeys(['training', 'optimizer'], { name: 'adam' })).not.toContain('momentum')
    expect(schemaKeys(['training', 'optimizer'], {})).toContain('momentum')
    expect(schemaKeys(['networks', 'list', 3], {})).toContain('rerandomize')
    expect(pathsWithKey('momentum')).toEqual(['training.optimizer.momentum'])
  })
})
