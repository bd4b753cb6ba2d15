/** A value as Snowflake is given it and as PostgreSQL must say it: made side by side, by hand. */
export interface Value {
  /** Text that is cast to the column's type. */
  readonly given: string;
  /** `column::text`; where `same` is given, that decides instead of equality. */
  readonly expected: string;
}
