const rowFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function formatRows(rows: number): string {
  return rowFormat.format(rows);
}

/** Decimal units, as storage and networks count. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** `0.4s`, `12s`, `3m 05s`, `2h 07m`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const pad = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${pad(Math.floor((whole % 3600) / 60))}m`;
}

/** By our own estimate. */
export function formatCredits(credits: number): string {
  return `about ${creditsFigure(credits)} credits`;
}

/** No more digits than our own estimate has. */
export function creditsFigure(credits: number): string {
  if (credits === 0) return '0';
  return credits >= 100 ? credits.toFixed(0) : String(Number(credits.toPrecision(2)));
}
