package dev.heimdall.engine.dialect.sqlserver.sql;

import dev.heimdall.engine.sql.Constant;
import dev.heimdall.engine.sql.Constant.Kind;
import dev.heimdall.engine.sql.ConstantRules;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.Parameter;
import java.util.List;

/**
 * SQL Server's expressions of constants. An overflow may be NULL, which may equal NULL: a parameter
 * has the narrowest type that its value fits, as nothing wider overflows where that does not.
 */
final class SqlServerConstants implements ConstantRules {
  /** Length of characters that are converted to without one. */
  private static final int USUAL_LENGTH = 30;

  /** Larger literals are decimals. */
  @Override
  public Constant number(long number) {
    return Constant.within(Kind.INTEGER, number);
  }

  @Override
  public Constant literal(Constant untyped) {
    return Constant.text(Kind.TEXT, untyped.text());
  }

  /** Characters may be padded with blanks to the length that was declared. */
  @Override
  public Constant parameter(Parameter parameter, boolean elsewhere) {
    if (parameter.value() == null) {
      return null;
    }
    if (parameter.type() == SqlServerSql.INTEGER) {
      Constant whole = Constant.digits(Kind.BIGINT, parameter.value());
      return whole == null ? null : Constant.whole(narrowest(whole.whole()), whole.whole());
    }
    return parameter.type() == SqlServerSql.CHARACTERS
        ? Constant.text(Kind.PADDED_TEXT, parameter)
        : null;
  }

  private static Kind narrowest(long number) {
    for (Kind kind : new Kind[] {Kind.TINYINT, Kind.SMALLINT, Kind.INTEGER}) {
      if (Constant.within(kind, number) != null) {
        return kind;
      }
    }
    return Kind.BIGINT;
  }

  @Override
  public boolean convertsToFirst() {
    return true;
  }

  @Override
  public Constant negated(Constant value) {
    return value.kind() == Kind.INTEGER
        ? Constant.calculated('-', Kind.INTEGER, 0, value.whole())
        : null;
  }

  @Override
  public Constant operation(char operator, Constant left, Constant right) {
    if (left.isText() && right.isText()) {
      return operator == '+' ? joined(left, right) : null;
    }
    if (!left.isWhole() || !right.isWhole()) {
      return null;
    }
    Kind wider = left.kind().compareTo(right.kind()) < 0 ? right.kind() : left.kind();
    return Constant.calculated(operator, wider, left.whole(), right.whole());
  }

  private static Constant joined(Constant left, Constant right) {
    return left.kind() == Kind.PADDED_TEXT
        ? null
        : Constant.text(right.kind(), left.text() + right.text());
  }

  @Override
  public Constant call(String name, List<Constant> arguments) {
    Constant first = arguments.get(0);
    int count = arguments.size();
    return switch (name) {
      case "concat" -> count > 1 ? concatenated(arguments) : null;
      case "coalesce" -> count > 1 ? firstOf(arguments) : null;
      case "isnull" -> count == 2 ? first : null;
      default -> count == 1 ? call(name, first) : null;
    };
  }

  private static Constant call(String name, Constant argument) {
    if (name.equals("abs")) {
      return argument.isWhole() && argument.whole() >= 0 ? argument : null;
    }
    if (!argument.isText()) {
      return null;
    }
    return switch (name) {
      case "lower" -> argument.lowered();
      case "upper" -> argument.raised();
      case "trim" -> argument.trimmed(true, true);
      case "ltrim" -> argument.trimmed(true, false);
      case "rtrim" -> argument.trimmed(false, true);
      default -> null;
    };
  }

  /** None of them is NULL. */
  private static Constant firstOf(List<Constant> arguments) {
    Constant first = arguments.get(0);
    boolean alike = arguments.stream().allMatch(one -> one.isText() == first.isText());
    return alike ? first : null;
  }

  private static Constant concatenated(List<Constant> arguments) {
    Constant all = Constant.text(Kind.TEXT, "");
    for (Constant one : arguments) {
      Constant text = one.isText() ? one : Constant.text(Kind.TEXT, Long.toString(one.whole()));
      all = all == null ? null : joined(all, text);
    }
    return all;
  }

  @Override
  public Constant cast(Constant value, String type, int length) {
    return switch (type) {
      case "tinyint" -> whole(value, Kind.TINYINT, length);
      case "smallint" -> whole(value, Kind.SMALLINT, length);
      case "int", "integer" -> whole(value, Kind.INTEGER, length);
      case "bigint" -> whole(value, Kind.BIGINT, length);
      case "varchar", "nvarchar" -> text(value, length < 0 ? USUAL_LENGTH : length);
      default -> null;
    };
  }

  private static Constant whole(Constant value, Kind kind, int length) {
    if (length >= 0) {
      return null;
    }
    return value.isText() ? value.parsed(kind) : Constant.within(kind, value.whole());
  }

  private static Constant text(Constant value, int length) {
    String text = value.isText() ? value.text() : Long.toString(value.whole());
    return text.length() > length
        ? null
        : Constant.text(value.isText() ? value.kind() : Kind.TEXT, text);
  }

  @Override
  public boolean comparesAs(KeyType column, Constant value) {
    return column == KeyType.INTEGER || value.isText();
  }
}
