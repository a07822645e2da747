/** Something that is not done before the test says so: a promise, and what settles it. */
export function gate(): [Promise<void>, () => void] {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [promise, () => open()];
}
