/** The icons: one path each on a 24 × 24 grid, drawn as lines but where noted. */
import { html, nothing, svg, type TemplateResult } from 'lit';

const PATHS = {
  /** A handset lying on its switchhook; `answer` is the same one lifted. */
  hangUp:
    'M2 13.6C2 6.9 22 6.9 22 13.6v1.2a1.7 1.7 0 0 1-1.7 1.7h-3.1a1.7 1.7 0 0 1-1.7-1.7v-2a10.6 10.6 0 0 0-7 0v2a1.7 1.7 0 0 1-1.7 1.7H3.7A1.7 1.7 0 0 1 2 14.8z',
  mute: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21',
  unmute:
    'M9 9v2a3 3 0 0 0 4.8 2.4M15 11V6a3 3 0 0 0-5.7-1.3M5.5 11a6.5 6.5 0 0 0 10.6 5M18.5 11c0 .9-.2 1.8-.5 2.6M12 17.5V21M4 4l16 16',
  hold: 'M8.5 5.5v13M15.5 5.5v13',
  unhold: 'M8 5.5v13l10.5-6.5z',
  keypad: 'M5 5h0M12 5h0M19 5h0M5 12h0M12 12h0M19 12h0M5 19h0M12 19h0M19 19h0',
  person: 'M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0',
  clock: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2',
  settings:
    'M4 7h8.5M17.5 7H20M4 17h2.5M11.5 17H20M15 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM9 14.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  backspace: 'M9 5.5h10A1.5 1.5 0 0 1 20.5 7v10a1.5 1.5 0 0 1-1.5 1.5H9L3 12zM12 9.5l5 5M17 9.5l-5 5',
  incoming: 'M18 6L7 17M7 9v8h8',
  outgoing: 'M6 18L17 7M9 7h8v8',
  missed: 'M4 8l8 8 8-8M4 13V8h5',
  silence:
    'M6.5 16v-5c0-.9.2-1.7.5-2.4M9.5 6.1A5.5 5.5 0 0 1 17.5 11v2.5M4.5 16.5h12M10 20a2.3 2.3 0 0 0 4 0M4 4l16 16',
  devices: 'M3.5 15V6A1.5 1.5 0 0 1 5 4.5h11A1.5 1.5 0 0 1 17.5 6v1M2 18.5h9M14.5 10h6v10h-6z',
  search: 'M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM16 16l4.5 4.5',
  close: 'M6 6l12 12M18 6L6 18',
  video:
    'M4 7h9.5A1.5 1.5 0 0 1 15 8.5v7a1.5 1.5 0 0 1-1.5 1.5H4a1.5 1.5 0 0 1-1.5-1.5v-7A1.5 1.5 0 0 1 4 7zM15 11l6.5-3.5v9L15 13',
  swap: 'M4 8h15l-3.5-3.5M20 16H5l3.5 3.5',
  transfer: 'M3.5 12H16M11.5 7l5 5-5 5M20.5 5.5v13',
  attendedTransfer: 'M6 5.5v13M18 5.5v13M6 12h12',
  alert: 'M12 4L2.8 19.5h18.4zM12 10v4.5M12 17h0',
  bell: 'M6.5 16.5V11a5.5 5.5 0 0 1 11 0v5.5M4.5 16.5h15M10 20a2.3 2.3 0 0 0 4 0',
  sound: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11',
  globe: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM3.5 12h17M12 3.5c-5 5-5 12 0 17 5-5 5-12 0-17z',
  check: 'M4.5 12.5l5 5L19.5 7',
  question: 'M9 9.2a3 3 0 1 1 4.6 2.5c-1 .7-1.6 1.3-1.6 2.5M12 17.5h0',
  back: 'M14.5 5.5L8 12l6.5 6.5',
  logOut: 'M10 4.5H5.5v15H10M15 8.5l3.5 3.5-3.5 3.5M18 12H9.5',
} as const;

/** What is done about the other call, in the corner that the lifted handset leaves free. */
const BESIDE_HANDSET = {
  answer: '',
  holdAndAnswer: 'M16.5 3v5.5M20.5 3v5.5',
  endAndAnswer: 'M15.5 3l5.5 5.5M21 3l-5.5 5.5',
} as const;

export type IconName = keyof typeof PATHS | keyof typeof BESIDE_HANDSET;

/** Icons say nothing to a screen reader: the words beside them do. */
export function icon(name: IconName): TemplateResult {
  if (isLifted(name)) return lifted(BESIDE_HANDSET[name]);
  const look = name === 'hangUp' ? 'icon solid' : name === 'keypad' ? 'icon dots' : 'icon';
  const path = PATHS[name];
  return html`<svg class=${look} viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;
}

const isLifted = (name: IconName): name is keyof typeof BESIDE_HANDSET => name in BESIDE_HANDSET;

function lifted(beside: string): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path class="solid" transform="rotate(-135 12 12)" d=${PATHS.hangUp}></path>
    ${beside ? svg`<path class="beside" d=${beside}></path>` : nothing}
  </svg>`;
}
