/** What `lowlayer status` and `report` say of paths that are no folder of a study. */
import { expect, it } from 'vitest'
import { lowlayerHere } from './testing/here.js'

it.each([[[]], [['--verify']]])(
  'status of a configuration says what it takes (%j)',
  async (options) => {
    const { code, stderr } = await lowlayerHere(['status', 'configs/quickstart.yaml', ...options])
    expect(code).toBe(2)
    expect(stderr).toMatch(/quickstart\.yaml is a file; give the folder of a study/)
  },
)

it('status and report say the same of a folder that is not there', async () => {
  for (const command of ['status', 'report']) {
    const { code, stderr } = await lowlayerHere([command, 'nodir'])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^there is no folder .*nodir; results\/<study>-<id> is what lowlayer run/,
    )
  }
})
