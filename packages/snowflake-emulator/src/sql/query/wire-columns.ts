import type { ResultColumn } from '../../engine/contract.ts';
import {
  FLOAT,
  binaryType,
  numberType,
  textType,
  type SqlType,
  type TypeName,
} from '../sql-type.ts';

/** A result's column back to a type, for RESULT_SCAN. */
export function columnOfWire(column: ResultColumn): {
  name: string;
  type: SqlType;
  nullable: boolean;
} {
  return { name: column.name, type: typeOfWire(column), nullable: column.nullable };
}

function typeOfWire({ type, precision, scale, length }: ResultColumn): SqlType {
  switch (type) {
    case 'fixed':
      return numberType(precision ?? 38, scale ?? 0);
    case 'real':
      return FLOAT;
    case 'text':
      return textType(length);
    case 'binary':
      return binaryType(length);
    case 'interval_year_month':
    case 'interval_day_time':
      return { name: 'INTERVAL' };
    case 'time':
    case 'timestamp_ntz':
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return { name: type.toUpperCase() as TypeName, scale: scale ?? 9 };
    default:
      return { name: type.toUpperCase() as TypeName };
  }
}
