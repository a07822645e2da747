/** The Chromium to drive, or a sentence on how to get one. */
export function findChromium(): { path: string; hint: null } | { path: null; hint: string };

/** The Firefox to drive, or a sentence on how to get one. */
export function findFirefox(): { path: string; hint: null } | { path: null; hint: string };

/** The flags to start Chromium with. */
export function chromiumArgs(): string[];
