import type { LogicalType } from '@snowmelt/core';
import { testContext } from '@snowmelt/testkit/context';
import { describe, expect, it } from 'vitest';

import { createPostgresTarget } from '../src/index.ts';
import { decide, decidedPlan, source } from './deciding.ts';
import { chunkOf, connectionOf, csv, opening, planFor } from './fixtures.ts';
import { freshBench } from './use-bench.ts';

/**
 * Stands in for the type of an extension, which can't be installed everywhere: a base type that
 * reads any text, with a modifier as pgvector's has one.
 */
const standIn = (name: string): string => `
  CREATE TYPE ${name};
  CREATE FUNCTION ${name}_in(cstring) RETURNS ${name} AS 'textin' LANGUAGE internal IMMUTABLE STRICT;
  CREATE FUNCTION ${name}_out(${name}) RETURNS cstring AS 'textout' LANGUAGE internal IMMUTABLE STRICT;
  CREATE TYPE ${name} (INPUT = ${name}_in, OUTPUT = ${name}_out, LIKE = text,
    TYPMOD_IN = varchartypmodin, TYPMOD_OUT = varchartypmodout);`;

const vector = (element: 'float' | 'int', dimension: number): LogicalType => ({
  kind: 'vector',
  element,
  dimension,
});

describe('types of extensions', () => {
  const on = freshBench();
  const context = testContext();

  const pairs = [
    source('v', vector('float', 3), 'VECTOR(FLOAT, 3)'),
    source('i', vector('int', 3), 'VECTOR(INT, 3)'),
    source('g', { kind: 'spatial', model: 'geography' }, 'GEOGRAPHY'),
    source('m', { kind: 'spatial', model: 'geometry' }, 'GEOMETRY'),
  ];

  it('are not there: the plan says what stands in their place', async () => {
    const { decisions, notices } = await decide(on, pairs, false);
    expect(decisions).toEqual([]);
    expect(notices.map((notice) => notice.split(',')[0])).toEqual([
      'v: VECTOR(FLOAT',
      'g: GEOGRAPHY becomes text (GeoJSON)',
      'm: GEOMETRY becomes text (hexadecimal EWKB)',
    ]);
    expect(notices[0]).toContain('becomes an array of real, since pgvector is not in the target');
  });

  it('are there, in whatever schema: the plan creates columns of them', async () => {
    await on.sql.query(`CREATE SCHEMA "My Ext"; SET search_path = "My Ext";
      ${standIn('vector')} ${standIn('geography')} RESET search_path; ${standIn('geometry')}`);
    const { decisions, notices } = await decide(on, pairs, false);
    expect(notices).toEqual([]);
    expect(decisions).toEqual([
      { column: 'v', type: pairs[0]?.source.type, newType: '"My Ext".vector(3)' },
      { column: 'g', type: pairs[2]?.source.type, newType: '"My Ext".geography' },
      { column: 'm', type: pairs[3]?.source.type, newType: '"public".geometry' },
    ]);
    const { plan } = await decidedPlan(on, pairs);
    expect(await on.target.check(plan, undefined, context)).toEqual([]);
    await on.target.prepare(plan, context);
    const schema = await on.target.describe(plan.target, context);
    expect(schema?.columns.map(({ type, nativeType }) => [nativeType, type])).toEqual([
      ['"My Ext".vector(3)', vector('float', 3)],
      ['integer[]', { kind: 'unknown' }],
      ['"My Ext".geography', { kind: 'spatial', model: 'geography' }],
      ['public.geometry', { kind: 'spatial', model: 'geometry' }],
    ]);
    expect((await decide(on, pairs, false)).decisions).toEqual([]);
    const row = csv([['[1,2,3]', '{1,2,3}', '0101000020E610', '0101000020110F']]);
    await on.target.load(plan, chunkOf('c1'), opening(row, 1), context);
    const { rows } = await on.sql.query('SELECT v::text, i, g::text FROM t');
    expect(rows).toEqual([{ v: '[1,2,3]', i: [1, 2, 3], g: '0101000020E610' }]);
  });

  it('are taken from an extension where a type of that name is none', async () => {
    await on.sql.query(`CREATE SCHEMA aaa; SET search_path = aaa; ${standIn('vector')};
      CREATE SCHEMA zzz; SET search_path = zzz; ${standIn('vector')} RESET search_path`);
    await on.sql.query(`
      INSERT INTO pg_depend (classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype)
      SELECT 'pg_type'::regclass, 'zzz.vector'::regtype, 0, 'pg_extension'::regclass, e.oid, 0, 'e'
      FROM pg_extension e WHERE extname = 'plpgsql'`);
    expect((await decide(on, pairs, false)).decisions).toMatchObject([
      { newType: '"zzz".vector(3)' },
    ]);
  });

  it('are no others of that name', async () => {
    await on.sql.query(`CREATE TABLE vector (x int); CREATE DOMAIN geography AS text;
      ${standIn('geometry')}`);
    expect((await decide(on, pairs, false)).decisions.map(({ column: name }) => name)).toEqual([
      'm',
    ]);
  });

  it('are no types that the role may not use', async () => {
    const role = `user_${process.pid}_${Date.now()}`;
    await on.sql.query(`CREATE SCHEMA ext; SET search_path = ext; ${standIn('vector')}
      ${standIn('geometry')} RESET search_path; REVOKE ALL ON TYPE ext.geometry FROM PUBLIC;
      CREATE ROLE ${role} LOGIN PASSWORD 'r'; GRANT USAGE ON SCHEMA ext TO ${role}`);
    const connection = { ...connectionOf(on.database), user: role, password: 'r' };
    const limited = createPostgresTarget({ connection });
    const table = planFor(on.database).target;
    const request = { table, pairs, existing: undefined, mayWiden: false, compared: [] };
    const { decisions } = await limited.createsTables.decideTypes(request, context);
    await limited[Symbol.asyncDispose]();
    await on.sql.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    expect(decisions.map(({ column: name }) => name)).toEqual(['v']);
  });

  it('leave columns that are there as they are', async () => {
    await on.sql.query(`${standIn('vector')} CREATE TABLE t (v real[])`);
    expect(await decide(on, pairs.slice(0, 1), false)).toEqual({ decisions: [], notices: [] });
  });
});
