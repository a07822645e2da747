import { css } from 'lit';
import { avatars, controls, theme } from './theme.ts';

/** Lists of people and of calls. */
const rows = css`
  :host {
    display: grid;
    align-content: start;
    gap: 0.5rem;
  }
  .search {
    position: relative;
  }
  .row {
    display: flex;
    align-items: center;
    gap: 0.875rem;
    min-height: 4rem;
    padding: 0.5rem 0;
  }
  .row + .row {
    border-top: 1px solid var(--line);
  }
  .who {
    flex: 1;
    min-width: 0;
  }
  .name {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-weight: 550;
  }
  .call {
    color: light-dark(#17773f, #6fd69a);
    background: var(--raised);
  }
  .empty {
    padding: 3rem 1rem;
    text-align: center;
    text-wrap: balance;
  }
`;

/** All that a screen with such a list needs. */
export const listStyles = [theme, controls, avatars, rows];
