package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.rules.Explanation;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.session.AnsweringClient;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.statement.RunningStatements;
import dev.heimdall.engine.statement.StatementLifecycle;
import dev.heimdall.engine.statement.StatementSummary;
import dev.heimdall.engine.wire.Answer;
import dev.heimdall.engine.wire.Column;
import dev.heimdall.engine.wire.ReplyEncoder;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * What an operator may ask of rules among his own statements: {@code EXPLAIN RULES statement} and
 * {@code SHOW QUERYINFO}, about the statement before.
 */
final class RuleCommands {
  private static final String EXPLAIN = "explain rules ";
  private static final String QUERYINFO = "show queryinfo";

  private final AnsweringClient client;
  private final ReplyEncoder encoder;
  private final boolean admin;
  private final Supplier<String> replay;
  private final Supplier<Catalogue> catalogue;
  private final ClientInput pending;
  private final StatementLifecycle lifecycle;

  /**
   * @param encoder of the answers
   * @param admin whether the user may give them
   * @param replay what is known of the transaction's replay; null for nothing
   * @param catalogue of the session's database
   */
  RuleCommands(
      AnsweringClient client,
      ReplyEncoder encoder,
      boolean admin,
      Supplier<String> replay,
      Supplier<Catalogue> catalogue,
      ClientInput pending,
      StatementLifecycle lifecycle) {
    this.client = client;
    this.encoder = encoder;
    this.admin = admin;
    this.replay = replay;
    this.catalogue = catalogue;
    this.pending = pending;
    this.lifecycle = lifecycle;
  }

  /** Whether the whole Query message at the reader's position is one of these commands. */
  boolean recognises(int total) {
    if (!admin) {
      return false;
    }
    ByteBuf input = pending.bytes();
    int length = Math.min(EXPLAIN.length(), total - 6);
    String head =
        input
            .toString(input.readerIndex() + 5, length, StandardCharsets.ISO_8859_1)
            .toLowerCase(Locale.ROOT);
    return head.equals(EXPLAIN) || isQueryInfo(text(total));
  }

  private static boolean isQueryInfo(String text) {
    String command = text.strip();
    if (command.endsWith(";")) {
      command = command.substring(0, command.length() - 1).stripTrailing();
    }
    return command.equalsIgnoreCase(QUERYINFO);
  }

  private String text(int total) {
    ByteBuf input = pending.bytes();
    return input.toString(input.readerIndex() + 5, Math.min(total - 6, 64), StandardCharsets.UTF_8);
  }

  /**
   * Answers the command at the reader's position.
   *
   * @return whether that could be done now; if not, the reader comes again when it can
   */
  boolean answer(int total) {
    Answer answer;
    if (isQueryInfo(text(total))) {
      answer =
          texts(
              List.of("attribute", "value"),
              queryInfo(lifecycle.running(), replay.get(), catalogue.get()),
              "SHOW");
    } else {
      ByteBuf input = pending.bytes();
      byte[] sql = new byte[total - 6 - EXPLAIN.length()];
      input.getBytes(input.readerIndex() + 5 + EXPLAIN.length(), sql);
      Explanation explanation = lifecycle.explain(sql);
      if (explanation == null) {
        return false;
      }
      answer = texts(Explanation.COLUMNS, explained(explanation), "EXPLAIN");
    }
    pending.cut();
    pending.bytes().skipBytes(total);
    ByteBuf out = client.alloc().buffer(512);
    encoder.answer(answer, out);
    encoder.ready(client.status(), out);
    client.write(out);
    return true;
  }

  private static Answer texts(List<String> names, List<List<String>> rows, String tag) {
    return new Answer.Rows(names.stream().map(Column::text).toList(), rows, tag);
  }

  private static List<List<String>> explained(Explanation explanation) {
    List<List<String>> rows = new ArrayList<>();
    explanation.rows().forEach(row -> rows.add(row.cells()));
    for (String line : explanation.outcome()) {
      rows.add(List.of("decision", "", "", "", "", line, ""));
    }
    return rows;
  }

  private static List<List<String>> queryInfo(
      RunningStatements running, String replay, Catalogue catalogue) {
    StatementSummary last = running.last();
    List<List<String>> rows = new ArrayList<>();
    if (replay != null) {
      rows.add(List.of("transaction replay", replay));
    }
    if (last == null) {
      rows.add(
          List.of(
              "statement",
              "none was judged in this session yet, or there are neither rules nor a catalogue"));
      return rows;
    }
    rows.add(List.of("statement", last.normalised()));
    Statement statement = last.statement();
    if (statement != null) {
      rows.add(List.of("kind", statement.kind().name().toLowerCase(Locale.ROOT)));
      rows.add(List.of("understood", Boolean.toString(statement.understood())));
      if (statement.doubt() != null) {
        rows.add(List.of("not understood because", statement.doubt()));
      }
      rows.add(List.of("tables read", String.join(", ", statement.tablesRead())));
      rows.add(List.of("tables written", String.join(", ", statement.tablesWritten())));
      rows.add(List.of("may write anything", Boolean.toString(statement.writesAnything())));
      rows.add(List.of("repeatable", Boolean.toString(statement.repeatable())));
      rows.add(List.of("rests on", statement.basis().name().toLowerCase(Locale.ROOT)));
      rows.add(List.of("catalog now", catalogue.state()));
      if (statement.reason() != null) {
        rows.add(List.of("not a plain read because", statement.reason()));
      }
    }
    if (last.averageMicros() >= 0) {
      rows.add(List.of("average time", last.averageMicros() + " µs"));
    }
    if (running.pipelined() != null) {
      rows.add(List.of("pipelined", running.pipelined()));
    }
    if (running.answeredBy() != null) {
      rows.add(List.of("answered by", running.answeredBy()));
    }
    for (MatchedRule rule : last.decision().matched()) {
      rows.add(List.of("rule", rule.toString()));
    }
    last.decision()
        .effects()
        .forEach((what, value) -> rows.add(List.of("decided: " + what, value)));
    return rows;
  }
}
