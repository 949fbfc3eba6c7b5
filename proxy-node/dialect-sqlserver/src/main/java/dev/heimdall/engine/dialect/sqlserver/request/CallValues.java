package dev.heimdall.engine.dialect.sqlserver.request;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.heimdall.engine.dialect.sqlserver.sql.DeclaredParameter;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.wire.sqlserver.CodePage;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

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

  private final ByteBuf in;
  private final int end;
  private final List<DeclaredParameter> declared;
  private final Map<String, Parameter> values = new HashMap<>();

  /** Filled where a value has a name; null for a name that two have. */
  private final Map<String, DeclaredParameter> byName = new HashMap<>();

  /** True if values are wanted that no key has, too. */
  private final boolean all;

  private int at;

  /** The one that was read last; null where it is not known. */
  private byte[] value;

  /** Length of one that is a text, as it was sent. */
  private int characters;

  /** True of a text that was sent as Unicode. */
  private boolean wide;

  private CallValues(ByteBuf in, int at, int end, List<DeclaredParameter> declared, boolean all) {
    this.in = in;
    this.at = at;
    this.end = end;
    this.declared = declared;
    this.all = all;
  }

  /**
   * Returns the parameters with their names.
   *
   * @param at of the first value's parameter, up to the end of the call
   * @param declarations null for none
   * @param all with those by which none is compared here, binary and of the types that TDS has: the
   *     bytes of a {@code varbinary} or {@code binary}, of others the TYPE_INFO and the value
   */
  static List<Parameter> read(ByteBuf in, int at, int end, String declarations, boolean all) {
    List<DeclaredParameter> declared =
        declarations == null ? null : DeclaredParameter.list(declarations);
    return declared == null ? List.of() : new CallValues(in, at, end, declared, all).read();
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
      DeclaredParameter of = name.isEmpty() ? declared(place) : declared(name);
      if (of != null && of.name() != null) {
        Parameter known =
            status == BY_VALUE && stays(sent, of)
                ? new Parameter(of.name(), sent, sent > SqlServerSql.UNIQUEIDENTIFIER, value)
                : unknown(of.name());
        // One that has two values is an error, or has one of them.
        values.merge(of.name().toLowerCase(Locale.ROOT), known, (a, b) -> unknown(of.name()));
      }
      place++;
    }
    return List.copyOf(values.values());
  }

  /** True if the value that was sent is the one of the parameter: as another type it may not be. */
  private boolean stays(int sent, DeclaredParameter of) {
    int longest = of.lengthOr(1);
    return switch (of.type()) {
      case "tinyint", "smallint", "int", "bigint" ->
          sent == SqlServerSql.INTEGER && of.length() == DeclaredParameter.NONE;
      case "char", "varchar" ->
          sent == SqlServerSql.CHARACTERS && characters <= longest && (!wide || isAscii());
      case "nchar", "nvarchar" -> sent == SqlServerSql.CHARACTERS && characters <= longest;
      case "uniqueidentifier" ->
          sent == SqlServerSql.UNIQUEIDENTIFIER && of.length() == DeclaredParameter.NONE;
      default -> sent > SqlServerSql.UNIQUEIDENTIFIER;
    };
  }

  private static Parameter unknown(String name) {
    return new Parameter(name, NONE, false, null);
  }

  private int length() {
    return value == null ? 0 : value.length;
  }

  private DeclaredParameter declared(int place) {
    return place < declared.size() ? declared.get(place) : null;
  }

  private DeclaredParameter declared(String name) {
    if (byName.isEmpty()) {
      for (DeclaredParameter one : declared) {
        if (one.name() != null) {
          String folded = one.name().toLowerCase(Locale.ROOT);
          byName.put(folded, byName.containsKey(folded) ? null : one);
        }
      }
    }
    return byName.get(name.toLowerCase(Locale.ROOT));
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
        if (!characters(false)) {
          return NONE;
        }
      }
      case SqlServerSql.VARBINARY, SqlServerSql.BINARY -> {
        boolean chunked = in.getUnsignedShortLE(at) == MAX;
        if (chunked && !all) {
          return -1;
        }
        value = bytes(at + 2, chunked);
      }
      default -> {
        int from = at - 1;
        if (!pass(type)) {
          return -1;
        }
        value = all ? bytes(in, from, at - from) : null;
        return all ? type : NONE;
      }
    }
    return switch (type) {
      case INT_1, INT_2, INT_4, INT_8, INT_N -> SqlServerSql.INTEGER;
      case GUID -> SqlServerSql.UNIQUEIDENTIFIER;
      case SqlServerSql.VARBINARY, SqlServerSql.BINARY -> all ? type : NONE;
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

  /**
   * Reads a text as UTF-8; false for one of a code page that is not known here, or not wanted: keys
   * are compared by texts of ASCII alone.
   */
  private boolean characters(boolean wide) {
    this.wide = wide;
    characters = 0;
    int collation = at + 2;
    byte[] sent = bytes(collation + COLLATION, in.getUnsignedShortLE(at) == MAX);
    if (sent == null) {
      return true;
    }
    characters = wide ? sent.length / 2 : sent.length;
    value = wide ? new String(sent, StandardCharsets.UTF_16LE).getBytes(UTF_8) : sent;
    if (wide || isAscii()) {
      return true;
    }
    String text = all ? CodePage.decode(in, collation, sent) : null;
    value = text == null ? null : text.getBytes(UTF_8);
    return text != null;
  }

  /** Reads bytes behind their type; null for NULL. */
  private byte[] bytes(int from, boolean chunked) {
    at = from;
    if (!chunked) {
      int bytes = in.getUnsignedShortLE(at);
      at += 2 + (bytes == NULL ? 0 : bytes);
      return bytes == NULL ? null : bytes(in, at - bytes, bytes);
    }
    boolean known = in.getLongLE(at) != -1;
    at += 8;
    if (!known) {
      return null;
    }
    ByteBuf whole = in.alloc().buffer();
    try {
      int chunk = in.getIntLE(at);
      while (chunk != 0) {
        whole.writeBytes(in, at + 4, chunk);
        at += 4 + chunk;
        chunk = in.getIntLE(at);
      }
      at += 4;
      return bytes(whole, 0, whole.readableBytes());
    } finally {
      whole.release();
    }
  }

  private static byte[] bytes(ByteBuf from, int at, int length) {
    byte[] bytes = new byte[length];
    from.getBytes(at, bytes);
    return bytes;
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
