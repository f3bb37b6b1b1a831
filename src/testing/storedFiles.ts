/** What lies in a results folder, to be held against another run of the same study. */
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Files in which it stands when and by whom the study was finished, and the record with their checksums. */
const TELLS_OF_THE_RUN = /manifest\.json$|index\.html$|-[0-9a-f]{8}\/SHA256SUMS$/

/** All files below a folder, by their path; those that tell of the run without their content. */
export async function storedIn(
  results: string,
  isWanted: (file: string) => boolean = () => true,
): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(results, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => isWanted(relative(results, file)))
  const contents = files.sort().map(async (file): Promise<[string, string]> => {
    const content = TELLS_OF_THE_RUN.test(file) ? '' : await readFile(file, 'base64')
    return [relative(results, file), content]
  })
  return new Map(await Promise.all(contents))
}
