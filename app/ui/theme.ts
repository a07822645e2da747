/**
 * Design tokens and the few classes that the elements share. Each token can be set from outside by its public custom
 * property (`--switchhook-accent` …) on the element or above it; `light-dark()` follows the page's `color-scheme`.
 * Every pair of text and background here has a contrast of 4.5 at least (WCAG 2.2 AA, 1.4.3).
 */
import { css } from 'lit';

export const theme = css`
  :host {
    --font: var(--switchhook-font, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif);
    --page: var(--switchhook-page, light-dark(#e9ecf2, #0b0d11));
    --surface: var(--switchhook-surface, light-dark(#ffffff, #14171d));
    --raised: var(--switchhook-raised, light-dark(#f2f4f8, #1e232b));
    --hover: var(--switchhook-hover, light-dark(#e5e8ef, #2a303b));
    --line: var(--switchhook-line, light-dark(#dadfe8, #2b313c));
    --text: var(--switchhook-text, light-dark(#161a22, #eef0f5));
    --quiet: var(--switchhook-quiet, light-dark(#555d6d, #a5adbc));
    --accent: var(--switchhook-accent, light-dark(#3d4fc4, #aab6ff));
    --on-accent: var(--switchhook-on-accent, light-dark(#ffffff, #12183f));
    --tint: var(--switchhook-tint, light-dark(#e8ebff, #242b4d));
    --good: var(--switchhook-good, #17773f);
    --bad: var(--switchhook-bad, #c42b35);
    --on-good: #ffffff;
    --bad-text: var(--switchhook-bad-text, light-dark(#b3202b, #ff9c9c));
    --warn: var(--switchhook-warn, light-dark(#fff3d6, #3a2f12));
    --on-warn: var(--switchhook-on-warn, light-dark(#5c4200, #ffdf94));
    --wrong: var(--switchhook-wrong, light-dark(#fde8e8, #43191c));
    --on-wrong: var(--switchhook-on-wrong, light-dark(#8c1620, #ffc9c9));
    --radius: var(--switchhook-radius, 14px);

    box-sizing: border-box;
    color: var(--text);
    font-family: var(--font);
    font-size: 1rem;
    line-height: 1.4;
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h2,
  h3,
  p,
  ul,
  dl,
  dd,
  fieldset {
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
  }
  h2 {
    font-size: 1.375rem;
    line-height: 1.2;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  h3 {
    font-size: 1rem;
    font-weight: 600;
  }
  ul {
    list-style: none;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    border: 0;
    background: none;
    padding: 0;
    cursor: pointer;
    touch-action: manipulation;
    -webkit-tap-highlight-color: transparent;
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  .icon {
    width: 1.5rem;
    height: 1.5rem;
    flex: none;
    fill: none;
    stroke: currentcolor;
    stroke-width: 1.8;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .icon.solid,
  .icon .solid {
    fill: currentcolor;
    stroke-width: 0.6;
  }
  .icon .beside {
    stroke-width: 2.2;
  }
  .icon.dots {
    stroke-width: 3.4;
  }
  .quiet {
    color: var(--quiet);
  }
  .small {
    font-size: 0.875rem;
  }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;

/** Buttons and fields. */
export const controls = css`
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.5rem;
    min-height: 2.75rem;
    padding: 0.5rem 1.125rem;
    border-radius: 999px;
    background: var(--raised);
    font-weight: 600;
    transition: background-color 120ms;
  }
  .button:hover {
    background: var(--hover);
  }
  .button.primary {
    background: var(--accent);
    color: var(--on-accent);
  }
  .button.primary:hover {
    filter: brightness(1.08);
  }
  .button.good {
    background: var(--good);
    color: var(--on-good);
  }
  .button.danger {
    color: var(--bad-text);
  }
  .button[aria-disabled='true'] {
    opacity: 0.65;
    cursor: default;
  }
  .round {
    display: grid;
    place-items: center;
    flex: none;
    width: 2.75rem;
    height: 2.75rem;
    border-radius: 50%;
    transition: background-color 120ms;
  }
  .round:hover {
    background: var(--hover);
  }
  .field {
    width: 100%;
    min-height: 3rem;
    padding: 0.5rem 0.875rem;
    border: 1px solid light-dark(#868e9c, #707888);
    border-radius: 10px;
    background: var(--surface);
  }
  .field::placeholder {
    color: var(--quiet);
    opacity: 1;
  }
  .spinner {
    width: 1.125rem;
    height: 1.125rem;
    flex: none;
    border: 2px solid currentcolor;
    border-right-color: transparent;
    border-radius: 50%;
    animation: spin 0.9s linear infinite;
  }
  @keyframes spin {
    to {
      rotate: 1turn;
    }
  }
`;

/** A round picture or initials; `hue-0` to `hue-5` are chosen by the name. */
export const avatars = css`
  .avatar {
    --size: 2.75rem;
    position: relative;
    display: grid;
    place-items: center;
    flex: none;
    width: var(--size);
    height: var(--size);
    border-radius: 50%;
    overflow: hidden;
    font-size: calc(var(--size) * 0.38);
    font-weight: 600;
    line-height: 1;
    user-select: none;
  }
  .avatar.large {
    --size: 6.5rem;
  }
  .avatar img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    object-fit: cover;
  }
  .hue-0 {
    background: light-dark(#dfe5ff, #2b3566);
    color: light-dark(#2a3a9c, #ccd5ff);
  }
  .hue-1 {
    background: light-dark(#d7f0e2, #173f2c);
    color: light-dark(#135c34, #b6ecce);
  }
  .hue-2 {
    background: light-dark(#fde5d6, #4a2a16);
    color: light-dark(#87400f, #ffd2b0);
  }
  .hue-3 {
    background: light-dark(#f7ddea, #4a1d35);
    color: light-dark(#8c1f58, #ffc4df);
  }
  .hue-4 {
    background: light-dark(#d6eef5, #123e4a);
    color: light-dark(#0d5568, #b4e8f6);
  }
  .hue-5 {
    background: light-dark(#ebe0fa, #38265a);
    color: light-dark(#5a2fa0, #ddcbff);
  }
`;
