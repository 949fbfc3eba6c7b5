package dev.heimdall.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.console.ConsoleCommand;
import dev.heimdall.engine.console.Operator;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.model.ConsoleRight;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Somebody at a console, and what it answers. */
final class AtConsole {
  private AtConsole() {}

  /** A client of the virtual database {@code shop}. */
  static Operator operator(ConsoleRight right, String database) {
    return new Operator(
        "ann", right, new InetSocketAddress("127.0.0.1", 1), "shop", database, false);
  }

  /** The rows that a command answers, which has said their columns before. */
  static List<Map<String, String>> rows(ConsoleCommand plan) {
    Answer result = plan.run().toCompletableFuture().join();
    assertThat(result).isInstanceOf(Answer.Rows.class);
    Answer.Rows rows = (Answer.Rows) result;
    assertThat(plan.columns()).isEqualTo(rows.columns());
    return rows.rows().stream().map(row -> named(rows.columns(), row)).toList();
  }

  private static Map<String, String> named(List<Column> columns, List<String> row) {
    assertThat(row).hasSameSizeAs(columns);
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < row.size(); i++) {
      named.put(columns.get(i).name(), row.get(i));
    }
    return named;
  }
}
