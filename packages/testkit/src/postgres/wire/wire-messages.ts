/** One message of the protocol, as it was sent (PostgreSQL documentation, "Message Formats"). */
export interface WireMessage {
  /** Its first byte; empty for what a client sends before it is let in. */
  readonly type: string;
  readonly bytes: Buffer;
}

/** Cuts a stream of bytes into messages. `untyped`: so many of the first ones have no type byte. */
export function messageReader(untyped: number): (piece: Buffer) => readonly WireMessage[] {
  let rest = Buffer.alloc(0);
  let left = untyped;
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    const messages: WireMessage[] = [];
    for (;;) {
      const head = left > 0 ? 0 : 1;
      if (rest.length < head + 4) return messages;
      const end = head + rest.readUInt32BE(head);
      if (rest.length < end) return messages;
      const bytes = rest.subarray(0, end);
      // SSLRequest and GSSENCRequest are answered, and the start-up message follows.
      if (left > 0 && !isRequest(bytes)) left -= 1;
      messages.push({ type: head === 0 ? '' : bytes.toString('latin1', 0, 1), bytes });
      rest = rest.subarray(end);
    }
  };
}

/** Of a message before the start-up: asks for encryption. */
export function isRequest(bytes: Buffer): boolean {
  return bytes.length === 8 && bytes.readUInt16BE(4) === 1234;
}

/** The SQL of a simple query, or of a statement that is parsed. */
export function sqlOf({ type, bytes }: WireMessage): string | undefined {
  if (type === 'Q') return bytes.toString('utf8', 5, bytes.length - 1);
  if (type !== 'P') return undefined;
  const start = bytes.indexOf(0, 5) + 1;
  return bytes.toString('utf8', start, bytes.indexOf(0, start));
}

/** ReadyForQuery: `I` outside a transaction, `T` within, `E` in a failed one. */
export function readyState({ type, bytes }: WireMessage): string | undefined {
  return type === 'Z' ? bytes.toString('latin1', 5, 6) : undefined;
}
