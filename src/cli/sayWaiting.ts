/** Says, on standard error by default and when told, which process works in a folder that a command waits for. */
export function sayWaiting(
  folder: string,
  say: (text: string) => void = (text) => void process.stderr.write(`${text}\n`),
): (holder: string) => void {
  return (holder) => say(`${folder} is in use by ${holder}: waiting for it`)
}
