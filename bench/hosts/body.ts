/** JSON of so many bytes. */
export const bodyOf = (length: number): string => JSON.stringify('x'.repeat(length - 2))
