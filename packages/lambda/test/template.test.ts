import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Template {
  readonly Parameters: Record<string, { readonly Description?: string }>;
  readonly Metadata: Record<string, { readonly ParameterGroups: { Parameters: string[] }[] }>;
  readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

const home = new URL('../', import.meta.url);
const text = readFileSync(new URL('template.yaml', home), 'utf8');
// CloudFormation's own tags, as !Ref and !GetAtt, say nothing of what is asked here.
const template = parse(text, { logLevel: 'silent' }) as Template;
const guide = readFileSync(new URL('../../docs/guides/aws.md', home), 'utf8');

describe('the template', () => {
  it('says what each parameter means, and asks for each in a group', () => {
    const names = Object.keys(template.Parameters);
    for (const name of names) {
      expect(template.Parameters[name]?.Description, name).toMatch(/\w.{9}/u);
    }
    const asked = Object.values(template.Metadata).flatMap(({ ParameterGroups: groups }) =>
      groups.flatMap(({ Parameters: of }) => of),
    );
    expect(asked.toSorted()).toEqual(names.toSorted());
  });

  it('deploys the machines that there are', () => {
    const machines = Object.values(template.Resources).filter(
      ({ Type: type }) => type === 'AWS::Serverless::StateMachine',
    );
    expect(machines).toHaveLength(2);
    for (const { Properties: of } of machines) {
      expect(existsSync(new URL(String(of['DefinitionUri']), home))).toBe(true);
    }
  });

  it('has no alarm that the guide says nothing of', () => {
    const alarms = Object.entries(template.Resources).filter(
      ([, { Type: type }]) => type === 'AWS::CloudWatch::Alarm',
    );
    expect(alarms.length).toBeGreaterThan(3);
    for (const [name] of alarms) expect(guide).toContain(`\`${name}\``);
  });

  it('gives no role all resources, but where AWS knows no narrower ones', () => {
    expect(text.match(/Resource: '\*'/gu)).toHaveLength(1);
    expect(text).not.toMatch(/Action: ['"]?\*|:\*['"]?\n/u);
  });
});
