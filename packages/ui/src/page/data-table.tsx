import type { ComponentChildren } from 'preact';

interface Props {
  readonly label: string;
  /** Those of numbers are to the right. */
  readonly columns: readonly (string | { readonly number: string })[];
  readonly children: ComponentChildren;
}

/** A table that scrolls in its place where the page is narrow, by keyboard too. */
export function DataTable({ label, columns, children }: Props) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map((column) =>
              typeof column === 'string' ? (
                <th key={column} scope="col">
                  {column}
                </th>
              ) : (
                <th key={column.number} scope="col" class="number">
                  {column.number}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
