/** Statements that change a table at random, and may give any key to any row but no key twice. */
export class RandomChanges {
  readonly #table: string;
  #state: number;
  readonly #keys = new Set<string>();
  readonly #removed: string[] = [];

  constructor(table: string, seed: number) {
    this.#table = table;
    this.#state = seed % 2_147_483_647 || 1;
  }

  /** The statements of one round: some dozens of rows come first. */
  next(): readonly string[] {
    const count = this.#keys.size === 0 ? 40 : this.#below(12);
    return Array.from({ length: count }, () => this.#statement());
  }

  #statement(): string {
    const kind = this.#keys.size < 20 ? 0 : this.#below(10);
    if (kind < 3) return this.#insert();
    if (kind < 5)
      return `UPDATE ${this.#table} SET V = ${this.#value()}, N = ${this.#number()} WHERE ${this.#where()}`;
    if (kind === 5) return this.#rename();
    if (kind === 6) return this.#exchange();
    if (kind === 7)
      return `UPDATE ${this.#table} SET AT = '2026-03-01 10:00:00.5 +0${this.#below(9)}:30', J = PARSE_JSON('{"a": ${this.#below(99)}}') WHERE ID < ${this.#below(30)}`;
    if (kind === 8) return this.#rewrite();
    return this.#remove();
  }

  #insert(): string {
    const key = this.#newKey();
    this.#keys.add(key);
    return `INSERT INTO ${this.#table} SELECT ${key}, ${this.#value()}, ${this.#number()}, NULL, NULL`;
  }

  /** A row gets another key. */
  #rename(): string {
    const [old, key] = [this.#oldKey(), this.#newKey()];
    this.#keys.delete(old);
    this.#keys.add(key);
    const [id, second] = key.split(', ');
    return `UPDATE ${this.#table} SET ID = ${id}, "Second Key" = ${second} WHERE ${this.#is(old)}`;
  }

  /** Two rows get each other's key. */
  #exchange(): string {
    const [one, other] = [this.#oldKey(), this.#oldKey()];
    const [id, second] = one.split(', ');
    const [otherId, otherSecond] = other.split(', ');
    return `UPDATE ${this.#table} SET ID = CASE WHEN ${this.#is(one)} THEN ${otherId} ELSE ${id} END,
      "Second Key" = CASE WHEN ${this.#is(one)} THEN ${otherSecond} ELSE ${second} END
      WHERE ${this.#is(one)} OR ${this.#is(other)}`;
  }

  /** All rows are written again, some as they were. */
  #rewrite(): string {
    return `UPDATE ${this.#table} SET V = CASE WHEN ID = ${this.#below(30)} THEN ${this.#value()} ELSE V END`;
  }

  #remove(): string {
    const key = this.#oldKey();
    this.#keys.delete(key);
    this.#removed.push(key);
    return `DELETE FROM ${this.#table} WHERE ${this.#is(key)}`;
  }

  #where(): string {
    return this.#below(4) === 0 ? 'TRUE' : this.#is(this.#oldKey());
  }

  #is(key: string): string {
    const [id, second] = key.split(', ');
    return `(ID = ${id} AND "Second Key" = ${second})`;
  }

  /** SQL literals of a key that no row has: often that of a row that has just gone. */
  #newKey(): string {
    const removed = this.#below(2) === 0 ? this.#removed.pop() : undefined;
    if (removed !== undefined && !this.#keys.has(removed)) return removed;
    for (;;) {
      const key = `${this.#below(30)}, '${['a', 'B', 'é', ''][this.#below(4)]}'`;
      if (!this.#keys.has(key)) return key;
    }
  }

  #oldKey(): string {
    const keys = [...this.#keys];
    return keys[this.#below(keys.length)] ?? '';
  }

  #value(): string {
    return ['NULL', `''`, `'x, "y"'`, `'é'`, `'${this.#below(1000)}'`][this.#below(5)] ?? 'NULL';
  }

  #number(): string {
    return this.#below(4) === 0 ? 'NULL' : `${this.#below(1_000_000)}.${this.#below(10)}`;
  }

  /** Lehmer's generator: the same for the same seed. */
  #below(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }
}
