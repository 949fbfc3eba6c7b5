package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.PinReason;
import dev.heimdall.engine.sql.StatementFacts;
import java.util.Set;

/**
 * What names in a session's statements resolve through: what it has settled on, and whether that is
 * in force now. In a transaction that has changed the search path, the role, definitions or
 * temporary tables, or may have, one text means something else than before, and something else
 * again after a rollback. Then no statement is shared with others, and none is answered from what
 * is known.
 */
final class NameResolution {
  /** Pins that leave names alone. */
  private static final Set<String> HARMLESS =
      Set.of(
          PinReason.ADVISORY_LOCK.label(),
          PinReason.HOLD_CURSOR.label(),
          PinReason.LOAD.label(),
          PinReason.FOREIGN_CONNECTION.label(),
          PinReason.BACKUP.label(),
          PinReason.REPLICATION_SLOT.label(),
          PinReason.REPLICATION_ORIGIN.label(),
          PinReason.PREPARE_IN_BATCH.label(),
          "PREPARE through the extended protocol",
          "LISTEN",
          "replication");

  /** Settings that the server reports and by which names are resolved. */
  private static final Set<String> REPORTED = Set.of("search_path", "session_authorization");

  private final ClientSession session;

  /** Something was sent since the session's settings were read back that may move names. */
  private boolean moved;

  /** The last group of messages with a statement of which nobody knows what it calls; or -1. */
  private long unknownIn = -1;

  private Variables scopeOf;
  private PoolKey keyOf;
  private String scope;

  NameResolution(ClientSession session) {
    this.session = session;
  }

  /** A statement is being sent. */
  void sent(StatementFacts facts) {
    if (!moved && facts != null && moves(facts)) {
      moved = true;
    }
    if (mayCall(facts) && !session.requests().course().judges()) {
      unknownIn = session.carried().sent();
      moved |= !reportsPath();
    }
  }

  /** As PostgreSQL does from version 18 on: before, a function moves it and nobody hears of it. */
  private boolean reportsPath() {
    ServerConnection server = session.server();
    return server == null || server.reported().containsKey("search_path");
  }

  /** Whether it may call a function that moves names, which the server reports with its answer. */
  private static boolean mayCall(StatementFacts facts) {
    if (facts == null) {
      return true;
    }
    return switch (facts.kind()) {
      case EMPTY,
          BEGIN,
          COMMIT,
          ROLLBACK,
          SAVEPOINT,
          SET,
          RESET,
          SHOW,
          DISCARD,
          DEALLOCATE,
          LISTEN,
          UNLISTEN,
          NOTIFY ->
          false;
      default -> true;
    };
  }

  /** A text of several statements is being sent that may define something. */
  void moved() {
    moved = true;
  }

  /** The server has reported a setting. */
  void reported(String name) {
    moved |= REPORTED.contains(name);
  }

  /**
   * No transaction is open and nothing is unanswered: settings are what was read back.
   *
   * @return whether names mean what they did
   */
  boolean settle() {
    moved = false;
    return !uncertainPin();
  }

  /** Whether names mean now what they mean to any session with the same {@link #scope}. */
  boolean isSettled() {
    return !hasMoved() && unknownIn < session.carried().done();
  }

  /** Whether something was seen by which names mean something else now, or may. */
  boolean hasMoved() {
    return moved || session.requests().course().namesMoved() || uncertainPin();
  }

  private boolean uncertainPin() {
    if (!session.carried().pinned()) {
      return false;
    }
    for (String pin : session.carried().pins()) {
      if (!HARMLESS.contains(pin) && !pin.startsWith("client_encoding")) {
        return true;
      }
    }
    return false;
  }

  private static boolean moves(StatementFacts facts) {
    switch (facts.kind()) {
      case DDL, DO, CALL -> {
        return true;
      }
      default -> {}
    }
    for (Effect effect : facts.effects()) {
      switch (effect.type()) {
        case LOCAL_NAMES, RESET_ALL, DISCARD_ALL, DISCARD_TEMP, PIN -> {
          return true;
        }
        case SET_VARIABLE, RESET_VARIABLE -> {
          if (effect.name().equals("search_path") || effect.name().equals("role")) {
            return true;
          }
        }
        default -> {}
      }
    }
    return false;
  }

  /**
   * What names resolve through when all is settled: whose server and database it is, as whom, and
   * the settings that matter.
   */
  String scope() {
    Variables variables = session.carried().variables();
    PoolKey key = session.pool().key();
    if (scopeOf != variables || keyOf != key) {
      scopeOf = variables;
      keyOf = key;
      scope =
          session.vdbName()
              + '\0'
              + key.database()
              + '\0'
              + key.credential().user()
              + '\0'
              + variables.get("search_path")
              + '\0'
              + variables.get("role");
    }
    return scope;
  }
}
