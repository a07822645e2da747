/** What the bare worker's notification is known by. */
export const BARE_TITLE = 'bare';
