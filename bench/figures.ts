/** A measured figure. `baseline` is what it is compared to, in the same unit and from the same run; `ratio` = value / baseline. */
export interface Figure {
  name: string;
  value: number;
  unit: 'ms' | 'kB' | 'count';
  baseline: number | null;
  ratio: number | null;
  /** What we are after, for the ratio where there is a baseline, else for the value. */
  aim: number | null;
}

export function figure(
  name: string,
  value: number,
  unit: Figure['unit'],
  aim: number | null,
  baseline: number | null = null,
): Figure {
  const round = (number: number) => Math.round(number * 1000) / 1000;
  return {
    name,
    value: round(value),
    unit,
    baseline: baseline === null ? null : round(baseline),
    ratio: baseline === null ? null : round(value / baseline),
    aim,
  };
}

export function describe({ name, value, unit, baseline, ratio, aim }: Figure): string {
  const measured = ratio === null ? `${value} ${unit}` : `${value} ${unit} : ${baseline} ${unit} = ${ratio}`;
  return `${name.padEnd(28)} ${measured}${aim === null ? '' : `   (aim ${aim}${ratio === null ? ` ${unit}` : ''})`}`;
}
