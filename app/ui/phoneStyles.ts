import { css } from 'lit';

/** Small: one thing at a time, the sections below. Large (by the element's own width): a rail, a tab and the calls. */
export const phoneStyles = css`
  :host {
    display: block;
    height: 100dvh;
    container-type: inline-size;
    background: var(--page);
  }
  .door {
    grid-template-rows: auto minmax(min-content, 1fr) auto;
    gap: 1rem;
    height: 100%;
    padding: 1rem;
    overflow-y: auto;
    background: var(--surface);
  }
  .door switchhook-login {
    align-self: center;
    padding: 1rem 0.5rem;
  }
  .door > .button {
    justify-self: center;
  }
  .starting {
    display: flex;
    align-items: center;
    justify-content: center;
    gap: 0.75rem;
  }
  .starting[hidden] {
    display: none;
  }
  .app {
    display: grid;
    grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr);
    height: 100%;
    background: var(--surface);
  }
  switchhook-banner {
    width: min(40rem, 100%);
    margin: env(safe-area-inset-top) auto 0;
  }
  main {
    display: grid;
    grid-template: minmax(0, 1fr) / minmax(0, 1fr);
    outline: none;
  }
  .pane,
  .stage {
    display: grid;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .pane {
    grid-template-rows: auto;
    padding: 1rem 1rem 1.5rem;
  }
  .pane > :last-child {
    width: min(34rem, 100%);
    margin: 0 auto;
  }
  .pane > .back {
    position: sticky;
    top: 0;
    z-index: 2;
    justify-self: stretch;
    align-self: start;
    margin-bottom: 0.75rem;
  }
  .pane:has(.back) {
    grid-template-rows: auto 1fr;
  }
  [data-view='stage'] .pane,
  [data-view='tab'] .stage {
    display: none;
  }
  .stage {
    grid-template: minmax(0, 1fr) auto / minmax(0, 1fr);
    overflow: hidden;
  }
  .place {
    display: grid;
    overflow-y: auto;
  }
  /* Always in sight, whatever the call above needs. */
  .others {
    display: grid;
    gap: 0.5rem;
    max-height: 50dvh;
    overflow-y: auto;
    padding: 0.75rem;
    border-top: 1px solid var(--line);
    background: var(--surface);
  }
  .others > * {
    justify-self: center;
    width: min(34rem, 100%);
  }
  /* A ringing call colours the whole place: it must not be taken for anything else. */
  .place > switchhook-incoming {
    background: color-mix(in srgb, var(--good) 9%, var(--surface));
  }

  nav {
    order: 1;
    display: flex;
    padding: 0.375rem 0.25rem max(0.375rem, env(safe-area-inset-bottom));
    border-top: 1px solid var(--line);
    background: var(--surface);
  }
  [data-stage='incoming'] nav {
    display: none;
  }
  nav .mark {
    display: none;
  }
  .tab {
    display: grid;
    flex: 1;
    justify-items: center;
    gap: 0.125rem;
    min-width: 0;
    padding: 0.25rem 0;
    border-radius: 12px;
    color: var(--quiet);
    font-size: 0.75rem;
    font-weight: 550;
  }
  .pill {
    position: relative;
    padding: 0.25rem 1.25rem;
    border-radius: 999px;
    transition: background-color 120ms;
  }
  .pill .icon {
    display: block;
  }
  .tab:hover .pill {
    background: var(--raised);
  }
  .tab[aria-current] {
    color: var(--accent);
  }
  .tab[aria-current] .pill {
    background: var(--tint);
  }
  .badge {
    position: absolute;
    top: -0.125rem;
    right: 0.5rem;
    min-width: 1.125rem;
    padding: 0 0.25rem;
    border-radius: 999px;
    background: var(--bad);
    color: #ffffff;
    font-size: 0.6875rem;
    font-weight: 700;
    line-height: 1.125rem;
    text-align: center;
  }

  .idle {
    display: none;
  }

  @container (min-width: 56rem) {
    .app {
      grid-template: auto minmax(0, 1fr) / 6rem minmax(0, 1fr);
      width: min(72rem, 100% - 4rem);
      height: min(52rem, 100% - 4rem);
      margin: 0 auto;
      translate: 0 max(2rem, (100dvh - 52rem) / 2);
      border-radius: 24px;
      overflow: hidden;
      box-shadow: 0 12px 48px rgb(0 0 0 / 12%);
    }
    .door {
      background: none;
    }
    .door switchhook-login {
      justify-self: center;
      width: 30rem;
      padding: 2.5rem;
      border-radius: 24px;
      background: var(--surface);
      box-shadow: 0 12px 48px rgb(0 0 0 / 12%);
    }
    nav,
    [data-stage='incoming'] nav {
      display: flex;
      flex-direction: column;
      order: 0;
      grid-row: 1 / -1;
      gap: 0.75rem;
      padding: 1.25rem 0.5rem;
      border-top: 0;
      border-inline-end: 1px solid var(--line);
    }
    nav .mark {
      display: grid;
      place-items: center;
      align-self: center;
      width: 3rem;
      height: 3rem;
      margin-bottom: 1rem;
      border-radius: 14px;
      background: var(--accent);
      color: var(--on-accent);
    }
    .tab {
      flex: none;
    }
    .app main {
      grid-template-columns: minmax(0, 25rem) minmax(0, 1fr);
    }
    .app switchhook-banner {
      width: auto;
    }
    .pane {
      padding: 1.5rem;
    }
    [data-view] .pane,
    [data-view] .stage {
      display: grid;
    }
    .pane:has(.back) {
      grid-template-rows: auto;
    }
    .back {
      display: none;
    }
    .stage {
      border-inline-start: 1px solid var(--line);
      background: var(--raised);
    }
    [data-stage='call'] .stage,
    [data-stage='ended'] .stage {
      background: var(--surface);
    }
    .idle {
      display: grid;
      align-content: center;
      justify-items: center;
      gap: 0.375rem;
      padding: 2rem;
      text-align: center;
    }
    .idle h2 {
      margin-top: 1rem;
    }
    .idle .small {
      max-width: 22rem;
      margin-top: 1rem;
      text-wrap: balance;
    }
    .extension {
      font-size: 1.125rem;
      font-variant-numeric: tabular-nums;
    }
    .status::before {
      content: '';
      display: inline-block;
      width: 0.625rem;
      height: 0.625rem;
      margin-inline-end: 0.5rem;
      border-radius: 50%;
      background: var(--quiet);
    }
    .status.registered::before {
      background: light-dark(#17773f, #45c47e);
    }
    .status.failed::before {
      background: var(--bad);
    }
  }
`;
