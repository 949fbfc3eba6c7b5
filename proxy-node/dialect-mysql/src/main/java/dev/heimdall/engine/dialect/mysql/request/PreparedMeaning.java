package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.StateChange;
import dev.heimdall.engine.backend.StateQuery;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.dialect.mysql.sql.SessionCharacters;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.session.RequestParts;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.StateChanges;
import java.util.List;
import java.util.stream.Stream;

/**
 * Meaning of a text that a client prepares in its session's present state: texts with the same
 * meaning are one statement for all clients of the loop.
 */
final class PreparedMeaning {
  /** Settings by which a text means something else. */
  private static final List<String> READING =
      List.of(
          "sql_mode",
          SessionCharacters.NAMES,
          SessionCharacters.CLIENT,
          SessionCharacters.RESULTS,
          SessionCharacters.COLLATION,
          MysqlSettings.DATABASE);

  /**
   * Settings that MySQL fixes when a text is prepared, whatever their values are when it is
   * executed. Few sessions change one.
   */
  private static final List<String> FIXED =
      List.of(
          "default_week_format",
          "div_precision_increment",
          "group_concat_max_len",
          "windowing_use_high_precision");

  /** Those by which its columns are described otherwise. */
  private static final List<String> DESCRIBING = List.of(SessionCharacters.CONNECTION);

  private final RequestParts parts;
  private final AgreedCapabilities agreed;
  private Variables last = Variables.NONE;

  PreparedMeaning(RequestParts parts, AgreedCapabilities agreed) {
    this.parts = parts;
    this.agreed = agreed;
  }

  /** Returns the statement of this text, to be released when its client has it no longer. */
  PreparedStatement acquire(byte[] sql, StatementFacts facts) {
    return acquire(sql, facts, settings());
  }

  /**
   * Returns the statement of a text that is read by these settings.
   *
   * @param by as {@link #settings} gave them
   */
  PreparedStatement acquire(byte[] sql, StatementFacts facts, Variables by) {
    StringBuilder scope = new StringBuilder(parts.resolution().scope());
    scope.append('\0').append(agreed.flags());
    for (String name : READING) {
      scope.append('\0').append(by.get(name));
    }
    for (String name : FIXED) {
      String value = by.get(name);
      if (value != null) {
        scope.append('\0').append(name).append('=').append(value);
      }
    }
    for (String name : DESCRIBING) {
      scope.append('\0').append(parts.carried().settings().now(name));
    }
    return parts
        .sessions()
        .statements()
        .acquire(
            sql,
            sql.length,
            PreparedStatement.Origin.NAMED,
            facts,
            scope.toString(),
            parts.client().schemaEpoch());
  }

  /**
   * Returns a statement with the same meaning that no other uses: servers know it by a number of
   * its own.
   */
  PreparedStatement acquireAlone(PreparedStatement same) {
    return parts
        .sessions()
        .statements()
        .acquireAlone(
            null,
            same.body(),
            PreparedStatement.Origin.NAMED,
            same.facts(),
            same.scope(),
            parts.client().schemaEpoch());
  }

  /** True if it is the same as in any other session with the same settings. */
  boolean settled() {
    return parts.resolution().isSettled() && !parts.transaction().definitionsPending();
  }

  /** Settings by which the session's texts are read. */
  Variables settings() {
    Variables now = named(with(with(Variables.NONE, READING), FIXED));
    if (!now.equals(last)) {
      last = now; // one instance for all that is prepared with it
    }
    return last;
  }

  /**
   * Returns the settings with the value that a SET NAMES has given, though it has not been read
   * back yet: while the server connection is kept, or in a transaction.
   */
  private Variables named(Variables now) {
    ServerConnection server = parts.client().server();
    String names =
        server != null && parts.carried().settings().touched().contains(SessionCharacters.NAMES)
            ? ServerSide.of(server).namesGiven()
            : null;
    if (names == null) {
      return now;
    }
    Variables named = now.with(SessionCharacters.NAMES, names);
    for (String name : SessionCharacters.VARIABLES) {
      named = ServerSide.of(server).isOfNames(name) ? named.without(name) : named;
    }
    return named;
  }

  private Variables with(Variables others, List<String> names) {
    Variables all = others;
    for (String name : names) {
      String value = parts.carried().settings().now(name);
      all = value == null ? all : all.with(name, value);
    }
    return all;
  }

  /**
   * Returns the settings for a statement that is to be prepared again: those by which it was read
   * at first, except for those that are not known for sure.
   */
  Variables again(Variables atFirst) {
    Variables again = settings();
    ServerConnection server = parts.client().server();
    boolean noDatabase = server.target().database().isEmpty();
    // MariaDB does not fix them, and does not report all that changes them.
    List<String> fixed = ServerSide.of(server).mariadb() ? List.of() : FIXED;
    for (String name :
        (Iterable<String>) Stream.of(READING, fixed).flatMap(List::stream)::iterator) {
      String before = atFirst.get(name);
      boolean noWay = before == null && noDatabase && name.equals(MysqlSettings.DATABASE);
      if (!noWay && !StateChanges.doubtful(before) && !StateChanges.doubtful(again.get(name))) {
        again = before == null ? again.without(name) : again.with(name, before);
      }
    }
    return again;
  }

  /** Has the server read texts by other settings; what comes behind waits for its turn. */
  void change(ServerConnection server, Variables from, Variables to) {
    server
        .requests()
        .change(
            new StateChange(from, to),
            new StateQuery("SET") {
              @Override
              protected void ended(ServerConnection of, ServerError error) {
                parts.client().resumeReading(); // what waits could not be sent before
              }
            });
  }
}
