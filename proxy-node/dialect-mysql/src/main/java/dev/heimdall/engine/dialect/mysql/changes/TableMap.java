package dev.heimdall.engine.dialect.mysql.changes;

import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.TableName;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The event that says which table the next rows are of, and of which types its columns are: what is
 * needed to step over their values, and to read those of integers and texts. Times in the formats
 * of old servers are unknown here: they do not say how long they are.
 */
final class TableMap {
  private static final int TINY = 1;
  private static final int SHORT = 2;
  private static final int LONG = 3;
  private static final int FLOAT = 4;
  private static final int DOUBLE = 5;
  private static final int LONGLONG = 8;
  private static final int INT24 = 9;
  private static final int DATE = 10;
  private static final int YEAR = 13;
  private static final int NEWDATE = 14;
  private static final int VARCHAR = 15;
  private static final int BIT = 16;
  private static final int TIMESTAMP2 = 17;
  private static final int DATETIME2 = 18;
  private static final int TIME2 = 19;
  private static final int COMPRESSED_BLOB = 140;
  private static final int COMPRESSED_VARCHAR = 141;
  private static final int VECTOR = 242;
  private static final int JSON = 245;
  private static final int DECIMAL = 246;
  private static final int ENUM = 247;
  private static final int SET = 248;
  private static final int BLOB = 252;
  private static final int VAR_STRING = 253;
  private static final int STRING = 254;
  private static final int GEOMETRY = 255;

  /** Bits of a type that has more of its length in it than its own. */
  private static final int OF_LENGTH = 0x30;

  /** Field of the optional part that has the columns' names. */
  private static final int NAMES = 4;

  private static final int DIGITS = 9;

  /** Bytes of so many decimal digits. */
  private static final int[] OF_DIGITS = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};

  private final TableName table;
  private final int[] types;

  /** Of each column, as its type has it; a length where that is what it has. */
  private final int[] metadata;

  /** Null where the event does not have them. */
  private final String[] names;

  private TableMap(TableName table, int[] types, int[] metadata, String[] names) {
    this.table = table;
    this.types = types;
    this.metadata = metadata;
    this.names = names;
  }

  /**
   * @param body behind the table's number and the flags
   * @param whole whether that is all of it
   */
  static TableMap read(ByteBuffer body, boolean whole) {
    String database = name(body);
    TableName table = new TableName(null, database, name(body));
    try {
      return whole ? columns(table, body) : unknown(table);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      return unknown(table);
    }
  }

  /** A table whose rows cannot be read. */
  private static TableMap unknown(TableName table) {
    return new TableMap(table, new int[0], new int[0], null);
  }

  private static TableMap columns(TableName table, ByteBuffer body) {
    int count = size(body);
    int[] types = new int[count];
    for (int i = 0; i < count; i++) {
      types[i] = body.get() & 0xff;
    }
    int end = size(body) + body.position();
    int[] metadata = new int[count];
    for (int i = 0; i < count; i++) {
      metadata[i] = metadata(types, i, body);
    }
    if (body.position() != end) {
      throw new IllegalArgumentException("columns of unknown types");
    }
    body.position(end + (count + 7) / 8);
    return new TableMap(table, types, metadata, names(body, count));
  }

  private static int metadata(int[] types, int i, ByteBuffer body) {
    return switch (types[i]) {
      case FLOAT,
          DOUBLE,
          BLOB,
          GEOMETRY,
          JSON,
          VECTOR,
          COMPRESSED_BLOB,
          TIME2,
          DATETIME2,
          TIMESTAMP2 ->
          body.get() & 0xff;
      case VARCHAR, VAR_STRING, COMPRESSED_VARCHAR -> body.getShort() & 0xffff;
      case BIT -> {
        int bits = body.get() & 0xff;
        yield (body.get() & 0xff) + (bits > 0 ? 1 : 0);
      }
      case DECIMAL -> {
        int precision = body.get() & 0xff;
        int scale = body.get() & 0xff;
        int whole = precision - scale;
        yield whole / DIGITS * 4
            + OF_DIGITS[whole % DIGITS]
            + scale / DIGITS * 4
            + OF_DIGITS[scale % DIGITS];
      }
      case ENUM, SET, STRING -> {
        int type = body.get() & 0xff;
        int length = body.get() & 0xff;
        if ((type & OF_LENGTH) != OF_LENGTH) {
          length |= ((type & OF_LENGTH) ^ OF_LENGTH) << 4;
          type |= OF_LENGTH;
        }
        types[i] = type;
        yield length;
      }
      default -> 0;
    };
  }

  private static String[] names(ByteBuffer body, int count) {
    while (body.hasRemaining()) {
      int field = body.get() & 0xff;
      int end = size(body) + body.position();
      if (field == NAMES) {
        String[] names = new String[count];
        for (int i = 0; i < count; i++) {
          byte[] name = new byte[size(body)];
          body.get(name);
          names[i] = new String(name, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
        }
        return names;
      }
      body.position(end);
    }
    return null;
  }

  /** A number of bytes that are there. */
  private static int size(ByteBuffer body) {
    int size = number(body);
    if (size > body.remaining()) {
      throw new IllegalArgumentException("a length beyond the event");
    }
    return size;
  }

  /** A number of bytes, or of columns. */
  static int number(ByteBuffer body) {
    int first = body.get() & 0xff;
    return switch (first) {
      case 252 -> body.getShort() & 0xffff;
      case 253 -> body.getShort() & 0xffff | (body.get() & 0xff) << 16;
      case 254, 255 -> throw new IllegalArgumentException("a length beyond the event");
      default -> first;
    };
  }

  private static String name(ByteBuffer body) {
    byte[] name = new byte[body.get() & 0xff];
    body.get(name);
    body.get();
    return new String(name, StandardCharsets.UTF_8);
  }

  TableName table() {
    return table;
  }

  /** Number of columns. */
  int count() {
    return types.length;
  }

  /**
   * True if the column may be this one: its type is, and so is its name, where the event has names.
   *
   * @param i from 0
   */
  boolean fits(int i, String name, KeyColumn key) {
    if (names != null && !names[i].equals(name)) {
      return false;
    }
    if (key.type() != KeyType.INTEGER) {
      return switch (types[i]) {
        case VARCHAR, VAR_STRING, STRING, BLOB -> key.type() == KeyType.FOLDED_TEXT;
        default -> false;
      };
    }
    int bits = 8 * integer(i);
    long signed = bits == 64 ? Long.MAX_VALUE : (1L << bits - 1) - 1;
    return bits > 0 && (key.most() == signed || key.most() == 2 * signed + 1);
  }

  /** Bytes of an integer; 0 for another type. */
  int integer(int i) {
    return switch (types[i]) {
      case TINY -> 1;
      case SHORT -> 2;
      case INT24 -> 3;
      case LONG -> 4;
      case LONGLONG -> 8;
      default -> 0;
    };
  }

  /** Length of the value that begins where the row is; that of a text is stepped over. */
  int length(int i, ByteBuffer row) {
    int meta = metadata[i];
    return switch (types[i]) {
      case TINY, YEAR -> 1;
      case SHORT -> 2;
      case INT24, DATE, NEWDATE -> 3;
      case LONG, FLOAT -> 4;
      case LONGLONG, DOUBLE -> 8;
      case TIME2 -> 3 + (meta + 1) / 2;
      case TIMESTAMP2 -> 4 + (meta + 1) / 2;
      case DATETIME2 -> 5 + (meta + 1) / 2;
      case BIT, DECIMAL, ENUM, SET -> meta;
      case VARCHAR, VAR_STRING, COMPRESSED_VARCHAR, STRING ->
          meta < 256 ? row.get() & 0xff : row.getShort() & 0xffff;
      case BLOB, GEOMETRY, JSON, VECTOR, COMPRESSED_BLOB -> longer(row, meta);
      default -> throw new IllegalArgumentException("a value of unknown type");
    };
  }

  private static int longer(ByteBuffer row, int bytes) {
    int length = 0;
    for (int i = 0; i < bytes; i++) {
      length |= (row.get() & 0xff) << 8 * i;
    }
    return length;
  }
}
