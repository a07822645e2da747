import { css } from 'lit';

export const settingsStyles = css`
  :host {
    display: grid;
    align-content: start;
    gap: 1rem;
  }
  section {
    display: flex;
    gap: 0.875rem;
    padding: 1.125rem 0;
    border-top: 1px solid var(--line);
  }
  section > .icon {
    color: var(--accent);
  }
  .group {
    display: grid;
    flex: 1;
    gap: 0.75rem;
    min-width: 0;
    justify-items: start;
  }
  .line {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 1rem;
    width: 100%;
    min-height: 2.75rem;
  }
  dl {
    width: 100%;
  }
  dl .line + .line {
    border-top: 1px solid var(--line);
  }
  dt {
    color: var(--quiet);
  }
  dd {
    text-align: end;
    overflow-wrap: anywhere;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .hint {
    display: flex;
    gap: 0.5rem;
    width: 100%;
    padding: 0.75rem;
    border-radius: 10px;
    background: var(--raised);
    font-size: 0.875rem;
  }
  .hint.warn {
    background: var(--warn);
    color: var(--on-warn);
  }
  input[type='range'] {
    width: min(12rem, 50%);
    height: 2.75rem;
    accent-color: var(--accent);
  }
  input[role='switch'] {
    appearance: none;
    position: relative;
    flex: none;
    width: 3rem;
    height: 1.75rem;
    margin: 0;
    border: 2px solid var(--quiet);
    border-radius: 999px;
    background: var(--surface);
    cursor: pointer;
    transition: background-color 120ms;
  }
  input[role='switch']::before {
    content: '';
    position: absolute;
    inset: 0.25rem auto auto 0.25rem;
    width: 1rem;
    height: 1rem;
    border-radius: 50%;
    background: var(--quiet);
    transition: translate 120ms;
  }
  input[role='switch']:checked {
    border-color: var(--accent);
    background: var(--accent);
  }
  input[role='switch']:checked::before {
    translate: 1.25rem 0;
    background: var(--on-accent);
  }
  .choice {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .choice legend {
    margin-bottom: 0.5rem;
    padding: 0;
  }
  .choice label {
    display: block;
    position: relative;
  }
  .choice input {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .choice span {
    display: grid;
    place-items: center;
    min-height: 2.75rem;
    padding: 0 1.125rem;
    border-radius: 999px;
    background: var(--raised);
    font-weight: 600;
  }
  .choice input:checked + span {
    background: var(--accent);
    color: var(--on-accent);
  }
  .choice input:focus-visible + span {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
`;
