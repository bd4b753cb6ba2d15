import { visibleLines, type Finding } from '@snowmelt/core';
import { cyan, red, yellow } from 'ansis';

export function formatFindings(findings: readonly Finding[]): readonly string[] {
  const paint = { error: red, warning: yellow };
  return findings.flatMap(({ severity, code, message, fix }) => [
    `${paint[severity](severity)} ${code}: ${visibleLines(message)}`,
    `  ${cyan('Fix:')} ${visibleLines(fix)}`,
  ]);
}
