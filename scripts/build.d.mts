/** What a target is built from, as paths from the root: a change in none of them needs no new build. */
export function sourcesOf(name: 'app' | 'e2e' | 'server'): string[];
