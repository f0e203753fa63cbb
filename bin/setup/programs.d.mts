/** Makes the programs of the sources in these folders (default: src), where those that are there are of others. Returns whether there are programs of these. */
export function buildPrograms(root: string, folders?: readonly string[]): Promise<boolean>;
