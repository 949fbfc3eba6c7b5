package dev.heimdall.test.race;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Expressions of constants, drawn at random: some of a given value, others of any. What a server
 * says of them is the measure; many are errors there.
 */
public final class DrawnConstants {
  /** Spellings of a dialect. */
  public enum Sql {
    POSTGRES(
        List.of("abs(%s)", "%s::int", "(%s)::int8", "CAST(%s AS smallint)", "coalesce(%s, 7)"),
        List.of("lower(%s)", "upper(%s)", "trim(%s)", "(%s)::text", "concat(%s, %s)", "ltrim(%s)"),
        List.of("%s || %s", "%s || %s", "concat(%s, %s)"),
        List.of("int '%d'", "'%d'::int", "'%d'", "('%d' || '')::int8", "nullif(%d, 77)")),
    MYSQL(
        List.of(
            "ABS(%s)",
            "CAST(%s AS SIGNED)", "CAST(%s AS UNSIGNED)", "COALESCE(%s, 7)", "MOD(%s, 7)"),
        List.of("LOWER(%s)", "UPPER(%s)", "TRIM(%s)", "CONCAT(%s)", "RTRIM(%s)", "LTRIM(%s)"),
        List.of("CONCAT(%s, %s)", "CONCAT(%s, %s)", "%s || %s"),
        List.of("CAST('%d' AS SIGNED)", "CONVERT('%d', UNSIGNED)", "CONCAT('%d', '')", "'%d'")),
    SQL_SERVER(
        List.of("ABS(%s)", "CAST(%s AS int)", "CONVERT(bigint, %s)", "ISNULL(%s, 7)"),
        List.of("LOWER(%s)", "UPPER(%s)", "RTRIM(%s)", "LTRIM(%s)", "CAST(%s AS varchar(9))"),
        List.of("%s + %s", "%s + %s", "CONCAT(%s, %s)"),
        List.of("CAST('%d' AS int)", "CONVERT(smallint, '%d')", "'%d'"));

    private final List<String> ofWhole;
    private final List<String> ofText;
    private final List<String> joined;
    private final List<String> wholes;

    Sql(List<String> ofWhole, List<String> ofText, List<String> joined, List<String> wholes) {
      this.ofWhole = ofWhole;
      this.ofText = ofText;
      this.joined = joined;
      this.wholes = wholes;
    }
  }

  private static final long[] EDGES = {
    0, 1, 5, 7, 255, 256, 32767, 32768, 65536, 2147483647L, 2147483648L, 999999999999999L
  };

  private static final List<String> WORDS =
      List.of("a", "B", "I", "i", "", " ", "ab", "K ", " x", "5", "o-", "z");

  private final SplittableRandom random;
  private final Sql sql;

  public DrawnConstants(SplittableRandom random, Sql sql) {
    this.random = random;
    this.sql = sql;
  }

  private <T> T pick(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  /** A whole number, perhaps of an expression. */
  public String whole(int depth) {
    if (depth == 0) {
      long edge = EDGES[random.nextInt(EDGES.length)];
      return Long.toString(random.nextInt(4) > 0 ? random.nextInt(12) : edge);
    }
    String one = whole(depth - 1);
    return switch (random.nextInt(8)) {
      case 0 -> "(" + one + ")";
      case 1 -> "-" + one;
      case 2 -> pick(sql.ofWhole).replace("%s", one);
      case 3 -> pick(sql.wholes).formatted(random.nextInt(300));
      default -> one + pick(List.of("+", " - ", "*", " / ", "%", " + ", " +")) + whole(depth - 1);
    };
  }

  /** A text, perhaps of an expression. */
  public String text(int depth) {
    if (depth == 0) {
      return "'" + pick(WORDS) + "'";
    }
    return switch (random.nextInt(5)) {
      case 0 -> "(" + text(depth - 1) + ")";
      case 1 -> pick(sql.ofText).replace("%s", text(depth - 1));
      case 2 -> pick(sql.joined).formatted(text(depth - 1), whole(random.nextInt(2)));
      default -> pick(sql.joined).formatted(text(depth - 1), text(depth - 1));
    };
  }

  /** An expression whose value is that of a parameter, of which there is a literal. */
  public String around(String literal) {
    if (!literal.startsWith("'")) {
      return pick(List.of("(?)", "? + 0", "0 + ?", "? * 1", "(1 + ? - 1)"));
    }
    return pick(sql.ofText).replace("%s, %s", "%s").replace("%s", "?");
  }

  /** An expression whose value is mostly that of a literal, in quotes or not. */
  public String like(String literal) {
    if (literal.matches("-?[0-9]{1,18}")) {
      long value = Long.parseLong(literal);
      long part = random.nextInt(4) == 0 ? EDGES[random.nextInt(EDGES.length)] : 3;
      return switch (random.nextInt(7)) {
        case 0 -> "(" + literal + ")";
        case 1 -> value - part + " + " + part;
        case 2 -> "(" + (value + part) + " - " + part + ")";
        case 3 -> literal + " * 1";
        case 4 -> pick(sql.ofWhole).replace("%s", literal);
        case 5 -> value < 0 ? "-" + -value : pick(sql.wholes).formatted(value);
        default -> part * value + " / " + part;
      };
    }
    if (!literal.startsWith("'") || !literal.endsWith("'") || literal.length() < 2) {
      return literal;
    }
    String text = literal.substring(1, literal.length() - 1);
    int at = random.nextInt(text.length() + 1);
    String first = "'" + text.substring(0, at) + "'";
    String rest = "'" + text.substring(at) + "'";
    return switch (random.nextInt(4)) {
      case 0 -> "(" + literal + ")";
      case 1 -> pick(sql.ofText).replace("%s", literal);
      default -> pick(sql.joined).formatted(first, rest);
    };
  }
}
