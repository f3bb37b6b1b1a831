/** The text of kernelBinary.ts for the source as it is now. */
export function kernelBinarySource(): Promise<string>
