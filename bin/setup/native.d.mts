/** Loads each native module in a process of its own; returns those that do not load, each with its first complaint. */
export function brokenModules(root: string): { name: string; reason: string }[];
export function headersFolder(): string | undefined;
export function debianHeaders(): { package: string }[];
