package dev.heimdall.engine.session.statement;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.pipeline.FingerprintEntry;
import dev.heimdall.engine.rules.Decision;
import dev.heimdall.engine.rules.MatchedRule;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.tracing.StatementSpan;
import dev.heimdall.engine.tracing.StatementSpan.Route;
import dev.heimdall.engine.tracing.Tracing;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.model.ServerAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The statements of one client that are traced: the one that is on its way, and those that were
 * sent and not answered. Only where the node traces; on the session's loop.
 */
public final class SessionTraces {
  /** Of a batch that is as long as its client likes, no more are traced at one time. */
  private static final int MOST_UNANSWERED = 256;

  /** Maximum number of tables that a span names. */
  private static final int MOST_TABLES = 8;

  private static final Set<String> OPERATIONS =
      Set.of(
          "SELECT",
          "INSERT",
          "UPDATE",
          "DELETE",
          "MERGE",
          "REPLACE",
          "CREATE",
          "ALTER",
          "DROP",
          "TRUNCATE",
          "GRANT",
          "REVOKE",
          "CALL",
          "COPY");

  private final Tracing tracing;
  private final SqlDialect dialect;
  private final String vdb;

  /** The one that is on its way; null for none, or one that is not traced. */
  private StatementSpan next;

  private final ArrayDeque<Sent> sent = new ArrayDeque<>(0);

  /** Number of statements that were sent, traced or not. */
  private long statements;

  /** True if the one on its way was sent before and goes on, even where it is judged once more. */
  private boolean takenBack;

  /** One that is unanswered: which it was of all, and the group of messages it belongs to. */
  private static final class Sent {
    final StatementSpan span;
    final long number;
    long group;

    Sent(StatementSpan span, long number, long group) {
      this.span = span;
      this.number = number;
      this.group = group;
    }
  }

  /**
   * @param dialect what its client speaks
   * @param vdb the virtual database
   */
  public SessionTraces(Tracing tracing, SqlDialect dialect, String vdb) {
    this.tracing = tracing;
    this.dialect = dialect;
    this.vdb = vdb;
  }

  /**
   * A statement may be sent, as soon as nothing holds it back.
   *
   * @param known what is known of such statements; null for nothing
   * @param does what it does to data; null where that is not known
   */
  void begin(
      byte[] sql,
      int offset,
      int length,
      String database,
      StatementFacts facts,
      FingerprintEntry known,
      Statement does,
      Decision decision) {
    if (takenBack) {
      return;
    }
    dropped(null);
    next = sent.size() < MOST_UNANSWERED ? tracing.begin(sql, offset, length) : null;
    if (next == null) {
      return;
    }
    String pattern = known == null ? null : known.shown();
    next.of(dialect.name(), database, vdb)
        .is(operation(facts, pattern), pattern)
        .over(tables(does));
    for (MatchedRule rule : decision.matched()) {
      next.matched(rule.place() + " " + rule.action());
    }
  }

  /** It was answered before, and is carried out once more because its transaction was lost. */
  void replayed() {
    if (next != null) {
      next.replayed();
    }
  }

  private static String operation(StatementFacts facts, String pattern) {
    if (pattern != null) {
      int end = 0;
      while (end < pattern.length() && Character.isLetter(pattern.charAt(end))) {
        end++;
      }
      String word = pattern.substring(0, end).toUpperCase(Locale.ROOT);
      if (OPERATIONS.contains(word)) {
        return word;
      }
    }
    return facts.kind().name();
  }

  private static List<String> tables(Statement does) {
    if (does == null) {
      return List.of();
    }
    List<String> tables = new ArrayList<>();
    for (Set<String> some : List.of(does.tablesWritten(), does.tablesRead())) {
      for (String table : some) {
        if (tables.size() < MOST_TABLES && !tables.contains(table)) {
          tables.add(table);
        }
      }
    }
    return tables;
  }

  /** It is being sent over this connection, in this group of messages. */
  void sent(ServerConnection server, boolean replica, long group) {
    statements++;
    takenBack = false;
    if (next == null) {
      return;
    }
    ServerAddress named = server.target().source().hosts().get(0);
    next.sent(
        replica ? Route.REPLICA : Route.WRITER,
        named.host(),
        named.port(),
        server.remoteAddress(),
        dialect.name(server.reported().values()));
    unanswered(group);
  }

  /** A server of another engine carries it out. */
  void sentElsewhere(long group) {
    statements++;
    takenBack = false;
    if (next != null) {
      next.answeredBy(Route.ELSEWHERE);
      unanswered(group);
    }
  }

  private void unanswered(long group) {
    sent.add(new Sent(next, statements, group));
    next = null;
  }

  /** It is answered from the cache. */
  public void hit() {
    if (next != null) {
      next.answeredBy(Route.CACHE);
    }
  }

  /**
   * It was answered without a server.
   *
   * @param error null if it has not failed
   */
  void settled(ServerError error) {
    takenBack = false;
    if (next != null) {
      failed(next, error);
      next.end();
      next = null;
    }
  }

  /**
   * It will not be sent.
   *
   * @param error what its client is answered instead; null where it is gone
   */
  void dropped(ServerError error) {
    takenBack = false;
    if (next != null) {
      next.lost();
      failed(next, error);
      next.end();
      next = null;
    }
  }

  /**
   * All up to this group are answered.
   *
   * @param error of one of them; null for none
   * @param behind how many statements were sent behind that one
   */
  void answered(long group, ServerError error, int behind) {
    long wrong = statements - behind;
    while (!sent.isEmpty() && sent.peek().group <= group) {
      Sent ended = sent.poll();
      if (error != null && ended.number == wrong) {
        failed(ended.span, error);
      } else if (error != null && ended.number > wrong) {
        ended.span.skipped();
      }
      ended.span.end();
    }
  }

  private static void failed(StatementSpan span, ServerError error) {
    if (error != null) {
      span.failed(error.number() == 0 ? error.sqlState() : Integer.toString(error.number()));
    }
  }

  /** The statement that was sent last is going to be sent again. */
  void takeBack() {
    if (!sent.isEmpty() && sent.peekLast().number == statements) {
      next = sent.pollLast().span;
    }
    takenBack = true;
    statements--;
  }

  /**
   * Nothing more is answered on this connection, but those of these groups are going to be read
   * again: they are other statements then, chosen anew.
   *
   * @param onward whether the one that is on its way is read again behind them
   */
  void lost(Set<Long> again, boolean onward) {
    for (Sent each : sent) {
      if (again.contains(each.group)) {
        each.span.sentAgain();
      }
    }
    end();
    if (onward) {
      next = null;
    }
  }

  /** So many groups will be answered as one with what came before. */
  void merged(int count, long answered) {
    for (Sent each : sent) {
      each.group = Math.max(answered, each.group - count);
    }
  }

  /** Nothing more is answered. */
  void end() {
    while (!sent.isEmpty()) {
      StatementSpan span = sent.poll().span;
      span.lost();
      span.end();
    }
  }
}
