/** Says on standard error, when told, which process works in a folder that a command waits for. */
export function sayWaiting(folder: string): (holder: string) => void {
  return (holder) => process.stderr.write(`${folder} is in use by ${holder}: waiting for it\n`)
}
