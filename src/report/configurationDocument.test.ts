/** docs/configuration.md against the schema and the defaults that it describes. */
import { expect, it } from 'vitest'
import { provenance } from '../config/provenance.js'
import { configurationDocument } from './testing/configurationDocument.js'

it('docs/configuration.md is current (npx vitest run src/report -u writes it anew)', async () => {
  await expect(configurationDocument()).toMatchFileSnapshot('../../docs/configuration.md')
})

it('has every key that has a default', () => {
  const document = configurationDocument().replaceAll(/ \([a-z]+: [\w-]+\)/g, '')
  const missing = Object.keys(provenance)
    .map((key) => key.replaceAll(/\([\w-]+\)/g, '').replace(/\[\]$/, ''))
    .filter((key) => !document.includes(`\`${key}\``))
  expect(missing).toEqual([])
})
