/** The program that was made ahead of a module (`entry`: path from the root, with slashes); undefined where there is none of what its sources are now. */
export function programOf(root: string, entry: string): string | undefined;
