/** Why a plan can't be loaded as it stands: each finding names its place and its mend. */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly column?: string;
  readonly fix: string;
}
