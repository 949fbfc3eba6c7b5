package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Constant;
import dev.heimdall.engine.sql.Constant.Kind;
import dev.heimdall.engine.sql.ConstantRules;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.Parameter;
import java.util.List;

/**
 * PostgreSQL's expressions of constants, with the types that its resolution of operators gives
 * them. Users' operators and functions of these names are for the catalogue to find.
 */
final class PostgresConstants implements ConstantRules {
  private static final int INT8 = 20;
  private static final int INT2 = 21;
  private static final int INT4 = 23;
  private static final int TEXT = 25;
  private static final int VARCHAR = 1043;

  @Override
  public Constant number(long number) {
    return Constant.whole(number == (int) number ? Kind.INTEGER : Kind.BIGINT, number);
  }

  @Override
  public Constant literal(Constant untyped) {
    return untyped;
  }

  @Override
  public Constant parameter(Parameter parameter, boolean elsewhere) {
    int type = parameter.type();
    if (type == 0 && elsewhere) {
      return null;
    }
    Kind kind =
        switch (type) {
          case 0 -> parameter.binary() ? Kind.UNTYPED_BINARY : Kind.UNTYPED;
          case INT2 -> Kind.SMALLINT;
          case INT4 -> Kind.INTEGER;
          case INT8 -> Kind.BIGINT;
          case TEXT, VARCHAR -> Kind.TEXT;
          default -> null;
        };
    if (kind == null || parameter.value() == null) {
      return kind == null ? null : Constant.NULL;
    }
    return switch (kind) {
      case SMALLINT, INTEGER, BIGINT -> whole(kind, parameter.binary(), parameter.value());
      case UNTYPED_BINARY -> Constant.bytes(parameter.value());
      default -> Constant.text(kind, parameter);
    };
  }

  private static Constant whole(Kind kind, boolean binary, byte[] value) {
    if (!binary) {
      return Constant.digits(kind, value);
    }
    boolean fits = value.length == bytes(kind);
    return fits ? Constant.binary(kind, value) : null;
  }

  private static int bytes(Kind kind) {
    return switch (kind) {
      case SMALLINT -> Short.BYTES;
      case INTEGER -> Integer.BYTES;
      default -> Long.BYTES;
    };
  }

  @Override
  public Constant nothing() {
    return Constant.NULL;
  }

  @Override
  public boolean nullEqualsNothing() {
    return true;
  }

  @Override
  public boolean hasShortCasts() {
    return true;
  }

  @Override
  public Constant negated(Constant value) {
    if (value.isNull()) {
      return value;
    }
    return value.isWhole() ? Constant.calculated('-', value.kind(), 0, value.whole()) : null;
  }

  @Override
  public Constant operation(char operator, Constant left, Constant right) {
    if (operator == '|') {
      return joined(left, right);
    }
    if (left.isNull() || right.isNull()) {
      return left.isText() || right.isText() ? null : Constant.NULL;
    }
    Kind kind = wider(left, right);
    Constant one = kind == null ? null : typed(left, kind);
    Constant other = kind == null ? null : typed(right, kind);
    return one == null || other == null
        ? null
        : Constant.calculated(operator, kind, one.whole(), other.whole());
  }

  /** The type of both, where one at least is a whole number; else null. */
  private static Kind wider(Constant left, Constant right) {
    boolean wholes =
        (left.isWhole() || left.isUntyped())
            && (right.isWhole() || right.isUntyped())
            && (left.isWhole() || right.isWhole());
    if (!wholes) {
      return null;
    }
    if (left.isUntyped() || right.isUntyped()) {
      return left.isUntyped() ? right.kind() : left.kind();
    }
    return left.kind().compareTo(right.kind()) < 0 ? right.kind() : left.kind();
  }

  /** The value as a whole number of this type; null where it is none. */
  private static Constant typed(Constant value, Kind kind) {
    return switch (value.kind()) {
      case UNTYPED -> value.parsed(kind);
      case UNTYPED_BINARY -> whole(kind, true, value.bytes());
      default -> Constant.within(kind, value.whole());
    };
  }

  private static Constant joined(Constant left, Constant right) {
    if (left.isNull() || right.isNull()) {
      return Constant.NULL;
    }
    boolean text = spelled(left) != null && spelled(right) != null;
    boolean both = left.isWhole() && right.isWhole();
    return text && !both ? Constant.text(Kind.TEXT, spelled(left) + spelled(right)) : null;
  }

  /** The value as a text; null where it is none. */
  private static String spelled(Constant value) {
    return switch (value.kind()) {
      case SMALLINT, INTEGER, BIGINT -> Long.toString(value.whole());
      case UNTYPED, TEXT -> value.text();
      case UNTYPED_BINARY -> value.isPlain() ? value.text() : null;
      default -> null;
    };
  }

  /** A text, or what becomes one where a text is wanted; else null. */
  private static Constant text(Constant value) {
    boolean text = value.isText() || value.isUntyped();
    String spelled = text ? spelled(value) : null;
    return spelled == null ? null : Constant.text(Kind.TEXT, spelled);
  }

  @Override
  public Constant call(String name, List<Constant> arguments) {
    return switch (name) {
      case "coalesce" -> firstOf(arguments);
      case "nullif" -> arguments.size() == 2 ? unless(arguments.get(0), arguments.get(1)) : null;
      case "concat" -> concatenated(arguments);
      default -> arguments.size() == 1 ? call(name, arguments.get(0)) : null;
    };
  }

  private static Constant call(String name, Constant argument) {
    if (name.equals("abs")) {
      boolean negative = argument.isWhole() && argument.whole() < 0;
      return negative
          ? Constant.calculated('-', argument.kind(), 0, argument.whole())
          : argument.isWhole() ? argument : null;
    }
    Constant text = text(argument);
    if (text == null) {
      return null;
    }
    return switch (name) {
      case "lower" -> text.lowered();
      case "upper" -> text.raised();
      case "trim", "btrim" -> text.trimmed(true, true);
      case "ltrim" -> text.trimmed(true, false);
      case "rtrim" -> text.trimmed(false, true);
      default -> null;
    };
  }

  /** All of one type, as the server makes them. */
  private static Constant firstOf(List<Constant> arguments) {
    Kind kind = null;
    boolean texts = false;
    for (Constant one : arguments) {
      texts |= one.isText();
      if (one.isWhole()) {
        kind = kind == null || kind.compareTo(one.kind()) < 0 ? one.kind() : kind;
      }
    }
    Constant first = Constant.NULL;
    for (Constant one : arguments) {
      if (!one.isNull()) {
        Constant same = kind == null ? text(one) : texts ? null : wholeOf(one, kind);
        if (same == null) {
          return null;
        }
        first = first.isNull() ? same : first;
      }
    }
    return first;
  }

  private static Constant wholeOf(Constant value, Kind kind) {
    return value.isWhole() || value.isUntyped() ? typed(value, kind) : null;
  }

  private static Constant unless(Constant value, Constant other) {
    if (value.isNull() || (value.isWhole() && other.isNull())) {
      return value;
    }
    Kind kind = other.isNull() ? null : wider(value, other);
    if (kind != null) {
      Constant one = typed(value, kind);
      Constant two = typed(other, kind);
      return one == null || two == null ? null : one.whole() == two.whole() ? Constant.NULL : one;
    }
    Constant one = text(value);
    Constant two = other.isNull() ? other : text(other);
    if (one == null || two == null) {
      return null;
    }
    return one.text().equals(two.text()) ? Constant.NULL : one;
  }

  private static Constant concatenated(List<Constant> arguments) {
    StringBuilder all = new StringBuilder();
    for (Constant one : arguments) {
      String spelled = one.isNull() ? "" : spelled(one);
      if (spelled == null) {
        return null;
      }
      all.append(spelled);
    }
    return Constant.text(Kind.TEXT, all.toString());
  }

  @Override
  public Constant cast(Constant value, String type, int length) {
    Kind kind =
        switch (type) {
          case "smallint", "int2" -> Kind.SMALLINT;
          case "int", "integer", "int4" -> Kind.INTEGER;
          case "bigint", "int8" -> Kind.BIGINT;
          case "text", "varchar", "character varying" -> Kind.TEXT;
          case "uuid" -> Kind.UUID;
          default -> null;
        };
    if (kind == null || (length >= 0 && (kind != Kind.TEXT || type.equals("text")))) {
      return null;
    }
    if (value.isNull()) {
      return value;
    }
    if (kind == Kind.TEXT) {
      String spelled = spelled(value);
      boolean whole = spelled != null && (length < 0 || spelled.length() <= length);
      return whole ? Constant.text(kind, spelled) : null;
    }
    if (kind == Kind.UUID) {
      boolean text = value.isText() || value.kind() == Kind.UNTYPED;
      return text ? Constant.text(kind, value.text()) : null;
    }
    return value.isText() ? value.parsed(kind) : wholeOf(value, kind);
  }

  @Override
  public boolean comparesAs(KeyType column, Constant value) {
    return switch (value.kind()) {
      case SMALLINT, INTEGER, BIGINT -> column == KeyType.INTEGER;
      case TEXT -> column == KeyType.TEXT;
      case UUID -> column == KeyType.UUID;
      case UNTYPED, UNTYPED_BINARY -> true;
      default -> false;
    };
  }
}
