package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.Parameter;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Values of the parameters of a call's statement, as the statement has them: what a client sends is
 * converted to the type that the parameter is declared with. All are texts here, and NULL none; one
 * that is not known has the type 0. Used once.
 */
final class CallValues {
  private static final int NONE = 0;
  private static final int INT_1 = 0x30;
  private static final int INT_2 = 0x34;
  private static final int INT_4 = 0x38;
  private static final int INT_8 = 0x7F;
  private static final int INT_N = 0x26;
  private static final int GUID = 0x24;
  private static final int GUID_BYTES = 16;
  private static final int VARCHAR = 0xA7;
  private static final int CHAR = 0xAF;
  private static final int NVARCHAR = 0xE7;
  private static final int NCHAR = 0xEF;
  private static final int COLLATION = 5;
  private static final int MAX = 0xFFFF;
  private static final int NULL = 0xFFFF;

  /** Of a parameter that is no output, and has no default. */
  private static final int BY_VALUE = 0;

  private static final Pattern DECLARED =
      Pattern.compile(
          "\\s*(@[\\w@$#]+)\\s+(?:as\\s+)?\\[?(\\w+)]?\\s*(?:\\(\\s*(\\d{1,9}|max)\\s*\\))?\\s*",
          Pattern.CASE_INSENSITIVE);

  /**
   * A parameter as it is declared.
   *
   * @param longest of its characters
   */
  private record Declared(String name, int type, int longest) {}

  private final ByteBuf in;
  private final int end;
  private final List<Declared> declared = new ArrayList<>();
  private final Map<String, Parameter> values = new HashMap<>();
  private int at;

  /** The one that was read last; null where it is not known. */
  private byte[] value;

  private CallValues(ByteBuf in, int at, int end) {
    this.in = in;
    this.at = at;
    this.end = end;
  }

  /**
   * Returns the parameters with their names.
   *
   * @param at of the first value's parameter, up to the end of the call
   * @param declarations null for none
   */
  static List<Parameter> read(ByteBuf in, int at, int end, String declarations) {
    CallValues values = new CallValues(in, at, end);
    return declarations == null || !values.isDeclared(declarations) ? List.of() : values.read();
  }

  private boolean isDeclared(String declarations) {
    int from = 0;
    int depth = 0;
    for (int i = 0; i <= declarations.length(); i++) {
      char c = i == declarations.length() ? ',' : declarations.charAt(i);
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == '\'' || c == '"' || c == '/' || c == '-') {
        return false;
      }
      if (c == ',' && depth == 0) {
        declare(declarations.substring(from, i));
        from = i + 1;
      }
    }
    return depth == 0;
  }

  private void declare(String one) {
    Matcher parts = DECLARED.matcher(one);
    if (!parts.matches()) {
      declared.add(new Declared(null, NONE, 0));
      return;
    }
    String length = parts.group(3);
    int longest =
        length == null ? 1 : length.matches("\\d+") ? Integer.parseInt(length) : Integer.MAX_VALUE;
    int type =
        switch (parts.group(2).toLowerCase(Locale.ROOT)) {
          case "tinyint", "smallint", "int", "bigint" ->
              length == null ? SqlServerSql.INTEGER : NONE;
          case "char", "varchar", "nchar", "nvarchar" -> SqlServerSql.CHARACTERS;
          case "uniqueidentifier" -> length == null ? SqlServerSql.UNIQUEIDENTIFIER : NONE;
          default -> NONE;
        };
    declared.add(new Declared(parts.group(1), type, longest));
  }

  private List<Parameter> read() {
    int place = 0;
    while (at < end) {
      String name = name();
      int status = in.getUnsignedByte(at++);
      int sent = value();
      if (sent < 0) {
        break; // where the next one begins is not known
      }
      Declared of = name.isEmpty() ? declared(place) : declared(name);
      if (of != null && of.type() != NONE && of.name() != null) {
        boolean same = sent == of.type() && status == BY_VALUE;
        boolean whole = sent != SqlServerSql.CHARACTERS || length() <= of.longest();
        Parameter known =
            same && whole ? new Parameter(of.name(), sent, false, value) : unknown(of.name());
        // One that has two values is an error, or has one of them.
        values.merge(of.name().toLowerCase(Locale.ROOT), known, (a, b) -> unknown(of.name()));
      }
      place++;
    }
    return List.copyOf(values.values());
  }

  private static Parameter unknown(String name) {
    return new Parameter(name, NONE, false, null);
  }

  private int length() {
    return value == null ? 0 : value.length;
  }

  private Declared declared(int place) {
    return place < declared.size() ? declared.get(place) : null;
  }

  private Declared declared(String name) {
    Declared found = null;
    for (Declared one : declared) {
      if (name.equalsIgnoreCase(one.name())) {
        if (found != null) {
          return null;
        }
        found = one;
      }
    }
    return found;
  }

  private String name() {
    int bytes = 2 * in.getUnsignedByte(at++);
    String name = in.toString(at, bytes, StandardCharsets.UTF_16LE);
    at += bytes;
    return name;
  }

  /**
   * Reads a value with its type; {@link #value} is null for NULL, and for one of other types.
   *
   * @return its kind, {@link #NONE} for another one; negative where its end is not known
   */
  private int value() {
    value = null;
    int type = in.getUnsignedByte(at++);
    switch (type) {
      case INT_1 -> integer(1);
      case INT_2 -> integer(2);
      case INT_4 -> integer(4);
      case INT_8 -> integer(8);
      case INT_N -> {
        at++;
        integer(in.getUnsignedByte(at++));
      }
      case GUID -> {
        at++;
        guid(in.getUnsignedByte(at++));
      }
      case NVARCHAR, NCHAR -> characters(true);
      case VARCHAR, CHAR -> {
        characters(false);
        if (!isAscii()) {
          return NONE; // by the collation, which is not known here
        }
      }
      default -> {
        return pass(type) ? NONE : -1;
      }
    }
    return switch (type) {
      case INT_1, INT_2, INT_4, INT_8, INT_N -> SqlServerSql.INTEGER;
      case GUID -> SqlServerSql.UNIQUEIDENTIFIER;
      default -> SqlServerSql.CHARACTERS;
    };
  }

  private void integer(int bytes) {
    long number =
        switch (bytes) {
          case 1 -> in.getUnsignedByte(at);
          case 2 -> in.getShortLE(at);
          case 4 -> in.getIntLE(at);
          case 8 -> in.getLongLE(at);
          default -> 0;
        };
    value = bytes == 0 ? null : ascii(Long.toString(number));
    at += bytes;
  }

  private void guid(int bytes) {
    if (bytes == GUID_BYTES) {
      long high =
          (long) in.getIntLE(at) << 32
              | (long) in.getUnsignedShortLE(at + 4) << 16
              | in.getUnsignedShortLE(at + 6);
      value = ascii(new UUID(high, in.getLong(at + 8)).toString());
    }
    at += bytes;
  }

  private boolean isAscii() {
    for (int i = 0; i < length(); i++) {
      if (value[i] < 0) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void characters(boolean wide) {
    int longest = in.getUnsignedShortLE(at);
    at += 2 + COLLATION;
    if (longest != MAX) {
      int bytes = in.getUnsignedShortLE(at);
      at += 2;
      if (bytes != NULL) {
        value = text(in.slice(at, bytes), wide);
        at += bytes;
      }
      return;
    }
    boolean known = in.getLongLE(at) != -1;
    at += 8;
    if (!known) {
      return;
    }
    ByteBuf all = in.alloc().buffer();
    try {
      int chunk = in.getIntLE(at);
      while (chunk != 0) {
        all.writeBytes(in, at + 4, chunk);
        at += 4 + chunk;
        chunk = in.getIntLE(at);
      }
      at += 4;
      value = text(all, wide);
    } finally {
      all.release();
    }
  }

  /** In one byte each where they are ASCII, else in bytes of which some are not. */
  private static byte[] text(ByteBuf bytes, boolean wide) {
    if (wide) {
      return bytes.toString(StandardCharsets.UTF_16LE).getBytes(StandardCharsets.UTF_8);
    }
    byte[] text = new byte[bytes.readableBytes()];
    bytes.getBytes(bytes.readerIndex(), text);
    return text;
  }

  /** Passes a value of a type by which none is compared here; false where it is not known. */
  private boolean pass(int type) {
    switch (type) {
      case 0x32 -> at += 1; // bit
      case 0x3A, 0x3B, 0x7A -> at += 4;
      case 0x3C, 0x3D, 0x3E -> at += 8;
      case 0x28 -> passShort(0); // date
      case 0x25, 0x27, 0x29, 0x2A, 0x2B, 0x2D, 0x2F, 0x68, 0x6D, 0x6E, 0x6F -> passShort(1);
      case 0x37, 0x3F, 0x6A, 0x6C -> passShort(3); // decimals
      case 0xA5, 0xAD -> {
        boolean max = in.getUnsignedShortLE(at) == MAX;
        int bytes = max ? 0 : in.getUnsignedShortLE(at + 2);
        at += 4 + (bytes == NULL ? 0 : bytes);
        return !max;
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private void passShort(int ofType) {
    at += ofType;
    at += 1 + in.getUnsignedByte(at);
  }
}
