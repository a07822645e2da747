/** Messages with `{name}` placeholders, typed: a message that speaks of `{name}` cannot be asked for without it. */

export type Language = 'en' | 'vi';

type Placeholder<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never;

/** Those of a union of messages that have no placeholder. */
type Plain<Template extends string> = Template extends `${string}{${string}` ? never : Template;

type Values<Template extends string> = Readonly<Record<Placeholder<Template>, string | number>>;

/** The arguments that a message needs: none, or one object with every placeholder; optional where only some need one. */
export type Params<Template extends string> = [Placeholder<Template>] extends [never]
  ? []
  : [Plain<Template>] extends [never]
    ? [params: Values<Template>]
    : [params?: Values<Template>];

/** A placeholder without a value stays as it is: a visible `{name}` is found sooner than an empty place. */
export function fill(template: string, params: Readonly<Record<string, string | number>> = {}): string {
  return template.replace(/\{(\w+)\}/gu, (whole, name: string) => String(params[name] ?? whole));
}
