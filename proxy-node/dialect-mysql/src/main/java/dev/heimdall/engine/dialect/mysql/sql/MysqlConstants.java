package dev.heimdall.engine.dialect.mysql.sql;

import dev.heimdall.engine.sql.Constant;
import dev.heimdall.engine.sql.Constant.Kind;
import dev.heimdall.engine.sql.ConstantRules;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.Parameter;
import java.util.List;

/**
 * Expressions of constants of MySQL and MariaDB. An operation's type depends on the server's
 * release and on how a statement was prepared: numbers are taken where integers, decimals and
 * floating-point numbers are the same, whatever their sign is said to be. NULL and the empty text
 * are not known, as a mode can make one of the other.
 */
final class MysqlConstants implements ConstantRules {
  /** Numbers up to here are whole in every type. */
  private static final long MOST = 999_999_999_999_999L;

  /** A literal and what is computed of literals alone is INTEGER, and signed. */
  @Override
  public Constant number(long number) {
    return known(Kind.INTEGER, number);
  }

  private static Constant known(Kind kind, long number) {
    return number >= -MOST && number <= MOST ? Constant.whole(kind, number) : null;
  }

  @Override
  public Constant literal(Constant untyped) {
    return text(untyped.text());
  }

  private static Constant text(String text) {
    return text.isEmpty() ? null : Constant.text(Kind.TEXT, text);
  }

  /** A whole number is BIGINT, signed or not. */
  @Override
  public Constant parameter(Parameter parameter, boolean elsewhere) {
    if (parameter.value() == null) {
      return null;
    }
    if (parameter.type() == MysqlSql.LONGLONG) {
      Constant whole = Constant.binary(Kind.BIGINT, parameter.value());
      return whole == null ? null : known(Kind.BIGINT, whole.whole());
    }
    if (parameter.type() == MysqlSql.VAR_STRING) {
      Constant text = Constant.text(Kind.TEXT, parameter);
      return text == null ? null : text(text.text());
    }
    return null;
  }

  @Override
  public boolean callsWithoutBlank() {
    return true;
  }

  @Override
  public Constant negated(Constant value) {
    return value.kind() == Kind.INTEGER ? known(Kind.INTEGER, -value.whole()) : null;
  }

  @Override
  public Constant operation(char operator, Constant left, Constant right) {
    boolean wholes = left.isWhole() && right.isWhole();
    if (!wholes || operator == '/' || operator == '|') {
      return null;
    }
    if (operator == '%' && (left.whole() < 0 || right.whole() <= 0)) {
      return null;
    }
    Constant result = Constant.calculated(operator, Kind.BIGINT, left.whole(), right.whole());
    if (result == null) {
      return null;
    }
    boolean signed = left.kind() == Kind.INTEGER && right.kind() == Kind.INTEGER;
    boolean certain = signed || result.whole() >= 0;
    return certain ? known(signed ? Kind.INTEGER : Kind.NUMBER, result.whole()) : null;
  }

  @Override
  public Constant call(String name, List<Constant> arguments) {
    Constant first = arguments.get(0);
    int count = arguments.size();
    return switch (name) {
      case "concat" -> concatenated(arguments);
      case "coalesce" -> firstOf(arguments);
      case "ifnull" -> count == 2 ? firstOf(arguments) : null;
      case "mod" -> count == 2 ? operation('%', first, arguments.get(1)) : null;
      default -> count == 1 ? call(name, first) : null;
    };
  }

  private static Constant call(String name, Constant argument) {
    if (name.equals("abs")) {
      return argument.isWhole() ? known(Kind.NUMBER, Math.abs(argument.whole())) : null;
    }
    if (!argument.isText()) {
      return null;
    }
    Constant text =
        switch (name) {
          case "lower", "lcase" -> argument.lowered();
          case "upper", "ucase" -> argument.raised();
          case "trim" -> argument.trimmed(true, true);
          case "ltrim" -> argument.trimmed(true, false);
          case "rtrim" -> argument.trimmed(false, true);
          default -> null;
        };
    return text == null ? null : text(text.text());
  }

  /** None of them is NULL. */
  private static Constant firstOf(List<Constant> arguments) {
    Constant first = arguments.get(0);
    boolean alike = arguments.stream().allMatch(one -> one.isText() == first.isText());
    return !alike ? null : first.isText() ? first : known(Kind.NUMBER, first.whole());
  }

  private static Constant concatenated(List<Constant> arguments) {
    StringBuilder all = new StringBuilder();
    for (Constant one : arguments) {
      if (one.kind() == Kind.NUMBER) {
        return null;
      }
      all.append(one.isText() ? one.text() : Long.toString(one.whole()));
    }
    return text(all.toString());
  }

  /** One to a text has the collation of the session, as no other text has. */
  @Override
  public Constant cast(Constant value, String type, int length) {
    boolean unsigned = type.startsWith("unsigned");
    boolean whole =
        switch (type) {
          case "signed", "signed integer", "signed int", "int", "integer" -> true;
          case "unsigned", "unsigned integer", "unsigned int" -> true;
          default -> false;
        };
    if (!whole || length >= 0) {
      return null;
    }
    Constant number = value.isText() ? value.parsed(Kind.BIGINT) : value;
    return number == null || (unsigned && number.whole() < 0)
        ? null
        : known(unsigned ? Kind.BIGINT : Kind.INTEGER, number.whole());
  }

  @Override
  public boolean comparesAs(KeyType column, Constant value) {
    return column == KeyType.INTEGER || (column == KeyType.FOLDED_TEXT && value.isText());
  }
}
