package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import dev.heimdall.engine.wire.ServerError;

/**
 * COMMIT RELEASE and its like: the server closes the connection behind its OK. That connection
 * serves no other session, and the client's is closed as its server would close it.
 */
final class ReleasedConnections {
  private static final String HOLD = "RELEASE";
  private static final String WHY = "the server has ended the session for RELEASE";

  private static final int INTERRUPTED = 1317;

  /** As MariaDB says it of a routine. */
  private static final int KILLED = 1927;

  private final HandledClient client;
  private final SessionState carried;
  private final ClientAnswers answers;

  /** The connection whose last statement may have been any, and how many it had answered then. */
  private long opaqueOn;

  private long opaqueAt;

  ReleasedConnections(HandledClient client, SessionState carried, ClientAnswers answers) {
    this.client = client;
    this.carried = carried;
    this.answers = answers;
  }

  /**
   * A statement was answered.
   *
   * @param error what it has ended with; null for none
   */
  void answered(ServerConnection from, StatementFacts facts, ServerError error) {
    boolean says = facts.has(MysqlEffect.ENDS_CONNECTION);
    boolean may = says || mayRelease(facts);
    opaqueOn = may && error == null ? from.id() : 0;
    opaqueAt = from.delivery().groupsAnswered();
    if (may && error != null && error.number() == INTERRUPTED) {
      endsOrProbes(from); // as MySQL says it of a routine
      return;
    }
    if (!says && !(may && MysqlSettings.releases(from.reported().get(MysqlSettings.COMPLETION)))) {
      return;
    }
    from.residue().taint();
    from.residue().lastUse();
    if (error != null) {
      return;
    }
    if (says && ends(facts)) {
      client.endsBehindAnswer(WHY);
    } else {
      endsOrProbes(from);
    }
  }

  private void endsOrProbes(ServerConnection from) {
    if (from.closed()) {
      client.endsBehindAnswer(WHY);
    } else {
      probe(from);
    }
  }

  /**
   * True if a connection is lost because of a statement of its session.
   *
   * @param sent what is not answered; null for nothing
   * @param error with what the server has ended it; null where it has said nothing
   */
  boolean ended(ServerConnection from, StatementFacts sent, ServerError error) {
    if (sent == null) {
      return error == null && from.id() == opaqueOn && from.delivery().groupsAnswered() == opaqueAt;
    }
    return error == null
        ? sent.has(MysqlEffect.ENDS_CONNECTION)
        : error.number() == KILLED && mayRelease(sent);
  }

  private static boolean ends(StatementFacts facts) {
    return facts.kind() == StatementKind.COMMIT || facts.kind() == StatementKind.ROLLBACK;
  }

  private static boolean mayRelease(StatementFacts facts) {
    return switch (facts.kind()) {
      case COMMIT, ROLLBACK, MULTI, CALL, BLOCK, EXECUTE, UNKNOWN -> true;
      default -> false;
    };
  }

  /** The statement may have said NO RELEASE, or may not have come to its COMMIT. */
  private void probe(ServerConnection from) {
    String others = carried.heldFor();
    carried.hold(HOLD);
    from.requests()
        .probe(
            new InternalQuery() {
              @Override
              protected void done(ServerConnection probed, ServerError error) {
                carried.hold(others);
                if (probed.closed()) {
                  client.endsBehindAnswer(WHY);
                } else {
                  answers.after(probed);
                }
              }
            });
  }
}
