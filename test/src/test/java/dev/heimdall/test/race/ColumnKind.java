package dev.heimdall.test.race;

import java.math.BigDecimal;
import java.sql.Date;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * A type of columns with the few values that are drawn for it.
 *
 * @param type as a definition of a column has it
 * @param values of each its spellings, the first of them a plain literal
 * @param bound what a driver's user binds for each; null where that is not done
 * @param exact whether values that are equal are the same
 */
record ColumnKind(String type, List<List<String>> values, List<Object> bound, boolean exact) {
  private static final int NUMBERS = 5;
  private static final String UUIDS = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1";
  private static final List<String> TEXTS = List.of("a", "b", "A", "ab", "aB", "x", "e", "é");

  boolean isNumber() {
    return bound.get(0) instanceof Integer;
  }

  boolean isText() {
    return bound.get(0) instanceof String;
  }

  /** A value in one of its spellings. */
  String literal(Dice dice) {
    return dice.pick(dice.pick(values));
  }

  /** A value as a definition may have it. */
  String plain(Dice dice) {
    return dice.pick(values).get(0);
  }

  static List<ColumnKind> ofPostgres() {
    List<ColumnKind> all = new ArrayList<>();
    for (String type : List.of("int", "int", "bigint", "smallint", "sj_small")) {
      all.add(numbers(type, List.of("%d", "%d", "%d", "'%d'", "%d.0", "(%d)", "0 + %d")));
    }
    all.add(numbers("numeric(6,2)", List.of("%d", "%d.0", "'%d'", "%d.00")));
    for (String type :
        List.of(
            "text",
            "varchar(5)",
            "text COLLATE sj_blind",
            "varchar(3) COLLATE \"C\"",
            "sj_word",
            "text COLLATE sj_plain")) {
      all.add(texts(type, List.of("'%s'", "'%s'", "'%s'::text", "'%s'::varchar", "U&'%s'")));
    }
    all.add(texts("char(3)", List.of("'%s'", "'%s  '", "'%s'::bpchar")));
    all.add(uuids("uuid", List.of("'%s'", "'%S'", "'{%s}'", "'%s'::uuid")));
    all.add(dates(List.of("'%s'", "'%s'::date", "DATE '%s'")));
    all.add(labels("sj_mood"));
    all.add(of("boolean", List.of(List.of("true", "'t'", "'yes'"), List.of("false", "'f'"))));
    return all;
  }

  static List<ColumnKind> ofMysql(boolean mariaDb) {
    List<ColumnKind> all = new ArrayList<>();
    List<String> spellings = List.of("%d", "%d", "%d", "'%d'", "%d.0", "(%d)", "'0%d'");
    for (String type : List.of("INT", "INT", "BIGINT", "SMALLINT", "TINYINT UNSIGNED")) {
      all.add(numbers(type, spellings));
    }
    all.add(numbers("DECIMAL(6,2)", List.of("%d", "%d.0", "'%d'", "%d.00")));
    for (String collation :
        List.of(
            "utf8mb4_general_ci",
            "utf8mb4_bin",
            "utf8mb4_unicode_ci",
            "latin1_german2_ci",
            mariaDb ? "utf8mb4_nopad_bin" : "utf8mb4_0900_as_cs",
            mariaDb ? "utf8mb4_uca1400_ai_ci" : "utf8mb4_0900_ai_ci")) {
      String set = collation.substring(0, collation.indexOf('_'));
      String type = collation.hashCode() % 3 == 0 ? "CHAR(4)" : "VARCHAR(5)";
      all.add(
          texts(
              type + " CHARACTER SET " + set + " COLLATE " + collation,
              List.of("'%s'", "'%s'", "'%s '", "\"%s\"")));
    }
    all.add(dates(List.of("'%s'", "DATE '%s'")));
    all.add(labels("ENUM('happy', 'sad', 'Odd')"));
    all.add(of("BIT(2)", List.of(List.of("b'01'", "1"), List.of("b'10'", "2"), List.of("0"))));
    if (mariaDb) {
      ColumnKind uuids = uuids("UUID", List.of("'%s'", "'%S'"));
      List<Object> bound = uuids.bound().stream().<Object>map(Object::toString).toList();
      all.add(new ColumnKind("UUID", uuids.values(), bound, true));
    }
    return all;
  }

  private static ColumnKind of(String type, List<List<String>> values) {
    List<Object> none = new ArrayList<>();
    values.forEach(value -> none.add(null));
    return new ColumnKind(type, values, none, true);
  }

  private static List<List<String>> spelled(List<?> values, List<String> spellings) {
    return values.stream()
        .map(value -> spellings.stream().map(spelling -> spelling.formatted(value)).toList())
        .toList();
  }

  private static ColumnKind numbers(String type, List<String> spellings) {
    List<Object> all = new ArrayList<>(IntStream.range(0, NUMBERS).boxed().toList());
    List<List<String>> values = spelled(all, spellings);
    if (type.contains("(")) {
      all.replaceAll(number -> BigDecimal.valueOf((Integer) number));
    }
    return new ColumnKind(type, values, all, true);
  }

  private static ColumnKind texts(String type, List<String> spellings) {
    return new ColumnKind(type, spelled(TEXTS, spellings), List.copyOf(TEXTS), false);
  }

  private static ColumnKind labels(String type) {
    return of(type, spelled(List.of("happy", "sad", "Odd"), List.of("'%s'")));
  }

  private static ColumnKind dates(List<String> spellings) {
    List<String> all = List.of("2024-02-28", "2024-02-29", "2024-03-01");
    List<Object> bound = new ArrayList<>();
    all.forEach(date -> bound.add(Date.valueOf(date)));
    return new ColumnKind("date", spelled(all, spellings), bound, true);
  }

  private static ColumnKind uuids(String type, List<String> spellings) {
    List<String> all = IntStream.range(0, 4).mapToObj(i -> UUIDS + i).toList();
    List<Object> bound = new ArrayList<>();
    all.forEach(one -> bound.add(UUID.fromString(one)));
    return new ColumnKind(type, spelled(all, spellings), bound, true);
  }
}
