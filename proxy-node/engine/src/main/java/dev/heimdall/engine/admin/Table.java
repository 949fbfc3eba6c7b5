package dev.heimdall.engine.admin;

import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Formats rows of one kind as a result: their columns, in order. */
final class Table<T> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final List<Column> columns = new ArrayList<>();
  private final List<Function<T, ?>> values = new ArrayList<>();
  private final Comparator<T> order;

  Table(Comparator<T> order) {
    this.order = order;
  }

  /** A table whose rows stay in the order that they are given in. */
  static <T> Table<T> inOrder() {
    return new Table<>((a, b) -> 0);
  }

  Table<T> text(String name, Function<T, ?> value) {
    return column(name, Column.Type.TEXT, value);
  }

  Table<T> number(String name, Function<T, ?> value) {
    return column(name, Column.Type.INT8, value);
  }

  Table<T> integer(String name, Function<T, ?> value) {
    return column(name, Column.Type.INT4, value);
  }

  Table<T> bool(String name, Function<T, ?> value) {
    return column(name, Column.Type.BOOL, value);
  }

  Table<T> seconds(String name, Function<T, Duration> value) {
    return column(
        name,
        Column.Type.FLOAT8,
        row -> {
          Duration duration = value.apply(row);
          return duration == null ? null : duration.toMillis() / 1000.0;
        });
  }

  List<Column> columns() {
    return columns;
  }

  Answer.Rows result(List<T> rows) {
    List<List<String>> cells = new ArrayList<>(rows.size());
    rows.stream()
        .sorted(order)
        .forEach(
            row -> {
              List<String> line = new ArrayList<>(values.size());
              for (Function<T, ?> value : values) {
                line.add(cell(value.apply(row)));
              }
              cells.add(line);
            });
    return new Answer.Rows(columns, cells, "SHOW");
  }

  private Table<T> column(String name, Column.Type type, Function<T, ?> value) {
    columns.add(new Column(name, type));
    values.add(value);
    return this;
  }

  private static String cell(Object value) {
    if (value == null) {
      return null;
    }
    if (value instanceof Boolean bool) {
      return bool ? "t" : "f";
    }
    if (value instanceof Instant instant) {
      return TIME.format(instant);
    }
    if (value instanceof Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT);
    }
    return value.toString();
  }
}
