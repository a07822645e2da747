/** The Chromium to drive, or a sentence on how to get one. */
export function findChromium(): { path: string; hint: null } | { path: null; hint: string };

/** The flags to start it with. */
export function chromiumArgs(): string[];
