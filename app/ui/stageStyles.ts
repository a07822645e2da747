import { css } from 'lit';

/** A call in the main place: who above, what can be done below. */
export const stage = css`
  :host {
    display: grid;
    align-content: space-evenly;
    justify-items: center;
    gap: 2rem;
    padding: 1.5rem 1rem;
    text-align: center;
  }
  @media (max-height: 44rem) {
    :host {
      gap: 1rem;
      padding-block: 0.75rem;
    }
    .avatar.large {
      --size: 4.5rem;
    }
  }
  .who {
    display: grid;
    justify-items: center;
    gap: 0.375rem;
    max-width: 100%;
  }
  .who h2 {
    max-width: 100%;
    margin-top: 1rem;
    font-size: 1.75rem;
    overflow-wrap: anywhere;
  }
  .who h2:focus {
    outline: none;
  }
  .state {
    min-height: 1.4em;
    font-size: 1.0625rem;
    font-variant-numeric: tabular-nums;
  }
  .commands.wide {
    gap: 1.25rem clamp(1rem, 5cqi, 2rem);
  }
`;
