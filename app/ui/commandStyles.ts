import { css } from 'lit';

/** A row of round buttons with their words below, as telephones have them. */
export const commands = css`
  .commands {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 1.25rem 1rem;
  }
  .command {
    display: grid;
    justify-items: center;
    align-content: start;
    gap: 0.5rem;
    width: 6rem;
    font-size: 0.875rem;
    line-height: 1.25;
    text-align: center;
    overflow-wrap: anywhere;
    border-radius: 12px;
  }
  .disc {
    display: grid;
    place-items: center;
    width: 4rem;
    height: 4rem;
    border-radius: 50%;
    background: var(--raised);
    transition:
      background-color 120ms,
      scale 120ms;
  }
  .command:hover .disc {
    background: var(--hover);
  }
  .command:active .disc {
    scale: 0.95;
  }
  .command.on .disc {
    background: var(--accent);
    color: var(--on-accent);
  }
  .command.good .disc {
    background: var(--good);
    color: var(--on-good);
  }
  .command.bad .disc {
    background: var(--bad);
    color: var(--on-good);
  }
  .command.good:hover .disc,
  .command.bad:hover .disc,
  .command.on:hover .disc {
    filter: brightness(1.1);
  }
  .command:is(.good, .bad) .icon {
    width: 1.875rem;
    height: 1.875rem;
  }
  .command:not(.flat):focus-visible {
    outline: none;
  }
  .command:not(.flat):focus-visible .disc {
    outline: 3px solid var(--accent);
    outline-offset: 3px;
  }
  .command[aria-disabled='true'] {
    cursor: default;
  }
  .command.flat {
    display: inline-flex;
    align-items: center;
    justify-items: start;
    width: auto;
    min-height: 2.75rem;
    padding: 0 1rem;
    border-radius: 999px;
    background: var(--raised);
    font-weight: 600;
  }
  .command.flat:hover {
    background: var(--hover);
  }
  .command.flat .disc {
    width: auto;
    height: auto;
    background: none;
  }
  .command.flat .icon {
    width: 1.25rem;
    height: 1.25rem;
  }
`;
