import type { Finding } from '../problems.js'
import { duplicates, isText, type Sections } from './shared.js'

/** Layers of one's own, and whether the architecture fits the kind of data. */
export function modelChecks({ model, data }: Sections): Finding[] {
  const findings: Finding[] = []
  if (model === undefined) return findings
  const custom = model.architecture === 'custom'
  if (custom && model.layers === undefined) {
    findings.push({
      path: ['model', 'layers'],
      message: 'is missing: architecture "custom" needs it',
    })
  }
  if (!custom && model.layers !== undefined) {
    const message = `is only for architecture "custom", not "${model.architecture}"`
    findings.push({ path: ['model', 'layers'], message, aboutKey: true })
  }
  findings.push(
    ...duplicates(
      (model.layers ?? []).flatMap((layer) => ('name' in layer ? [layer.name] : [])),
      ['model', 'layers'],
    ),
  )
  if (
    data !== undefined &&
    isText(data.source) !== (model.architecture === 'transformer') &&
    !custom
  ) {
    const fits = isText(data.source) ? 'text needs "transformer"' : '"transformer" needs text'
    findings.push({
      path: ['model', 'architecture'],
      message: `"${model.architecture}" does not fit data.source "${data.source}": ${fits}`,
    })
  }
  return findings
}
