package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.session.statement.SampledResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The columns of a RowDescription, and with them the values of a DataRow as text for a log, as far
 * as the messages are here.
 *
 * @param columns empty where the server was not asked for them
 * @param exactly whether they are what is sent now; else the formats of values are not known
 */
record RowText(List<Column> columns, boolean exactly) {
  static final RowText UNKNOWN = new RowText(List.of(), false);

  private static final int MOST_COLUMNS = 1664;
  private static final int LONGEST_VALUE = SampledResult.LONGEST_VALUE;
  private static final String NULL = "null";

  private static final Map<Integer, String> TYPES =
      Map.ofEntries(
          Map.entry(16, "bool"),
          Map.entry(17, "bytea"),
          Map.entry(19, "name"),
          Map.entry(20, "int8"),
          Map.entry(21, "int2"),
          Map.entry(23, "int4"),
          Map.entry(25, "text"),
          Map.entry(26, "oid"),
          Map.entry(114, "json"),
          Map.entry(700, "float4"),
          Map.entry(701, "float8"),
          Map.entry(1042, "bpchar"),
          Map.entry(1043, "varchar"),
          Map.entry(1082, "date"),
          Map.entry(1114, "timestamp"),
          Map.entry(1184, "timestamptz"),
          Map.entry(1700, "numeric"),
          Map.entry(2950, "uuid"),
          Map.entry(3802, "jsonb"));

  /** A column with its type's object id and the format of its values. */
  record Column(String name, int oid, boolean binary) {
    SampledResult.Column seen() {
      return new SampledResult.Column(name, TYPES.getOrDefault(oid, Integer.toString(oid)));
    }
  }

  /** Reads a RowDescription; as far as it goes, if it was cut. */
  static List<Column> described(byte[] body, int length) {
    ByteBuffer in = ByteBuffer.wrap(body, 0, length);
    List<Column> columns = new ArrayList<>();
    int count = in.remaining() < 2 ? 0 : in.getShort();
    for (int i = 0; i < count && i < MOST_COLUMNS; i++) {
      int from = in.position();
      int end = from;
      while (end < length && body[end] != 0) {
        end++;
      }
      if (length - end < 19) {
        break;
      }
      in.position(end + 7); // behind the name, the table and the number there
      int oid = in.getInt();
      in.position(in.position() + 6); // the type's length and modifier
      boolean binary = in.getShort() == 1;
      String name = new String(body, from, end - from, StandardCharsets.UTF_8);
      columns.add(new Column(name, oid, binary));
    }
    return List.copyOf(columns);
  }

  List<SampledResult.Column> seen() {
    return columns.stream().map(Column::seen).toList();
  }

  /** The values of a DataRow; as far as it goes, if it was cut. */
  List<String> row(byte[] body, int length) {
    ByteBuffer in = ByteBuffer.wrap(body, 0, length);
    List<String> row = new ArrayList<>();
    int count = in.remaining() < 2 ? 0 : in.getShort();
    for (int i = 0; i < count && in.remaining() >= 4; i++) {
      int size = in.getInt();
      if (size < 0) {
        row.add(NULL);
        continue;
      }
      int there = Math.min(size, in.remaining());
      row.add(value(i, ByteBuffer.wrap(body, in.position(), there).slice()));
      in.position(in.position() + there);
    }
    return row;
  }

  private String value(int column, ByteBuffer in) {
    Column known = column < columns.size() ? columns.get(column) : null;
    if (known == null) {
      return isText(in) ? text(in) : hex(in);
    }
    boolean binary = exactly ? known.binary() : looksBinary(known.oid(), in);
    return binary ? binary(known.oid(), in) : text(in);
  }

  private static String binary(int oid, ByteBuffer in) {
    int size = in.remaining();
    if (oid == 16 && size == 1) {
      return in.get() == 0 ? "f" : "t";
    } else if (oid == 21 && size == 2) {
      return Short.toString(in.getShort());
    } else if (oid == 23 && size == 4) {
      return Integer.toString(in.getInt());
    } else if (oid == 26 && size == 4) {
      return Integer.toUnsignedString(in.getInt());
    } else if (oid == 20 && size == 8) {
      return Long.toString(in.getLong());
    } else if (oid == 700 && size == 4) {
      return Float.toString(in.getFloat());
    } else if (oid == 701 && size == 8) {
      return Double.toString(in.getDouble());
    } else if (oid == 2950 && size == 16) {
      return new UUID(in.getLong(), in.getLong()).toString();
    }
    return switch (oid) {
      case 19, 25, 114, 1042, 1043 -> text(in);
      default -> hex(in);
    };
  }

  private static boolean looksBinary(int oid, ByteBuffer in) {
    return switch (oid) {
      case 20, 21, 23, 26, 700, 701 -> !onlyHas(in, "0123456789+-.eENaInfity");
      case 16 -> !onlyHas(in, "tf");
      default -> !isText(in);
    };
  }

  private static boolean onlyHas(ByteBuffer in, String characters) {
    for (int i = in.position(); i < in.limit(); i++) {
      if (characters.indexOf(in.get(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isText(ByteBuffer in) {
    for (int i = in.position(); i < in.limit(); i++) {
      byte b = in.get(i);
      if (b >= 0 && b < ' ' && b != '\n' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[Math.min(in.remaining(), 4 * LONGEST_VALUE + 4)];
    in.duplicate().get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String hex(ByteBuffer in) {
    byte[] bytes = new byte[Math.min(in.remaining(), LONGEST_VALUE)];
    in.duplicate().get(bytes);
    return "\\x" + HexFormat.of().formatHex(bytes);
  }
}
