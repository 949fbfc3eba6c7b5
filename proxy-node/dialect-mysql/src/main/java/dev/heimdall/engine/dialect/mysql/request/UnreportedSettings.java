package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.InternalQuery;
import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.dialect.mysql.server.SetStatement;
import dev.heimdall.engine.dialect.mysql.sql.MysqlEffect;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.wire.ServerError;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Variables by which texts are read that a client of MariaDB has set as {@code @@name}, of which
 * the server reports nothing: set to themselves without the signs, they are reported before the
 * client's next command is read.
 */
final class UnreportedSettings {
  private static final String HOLD = "SET @@variable";

  private final SessionState carried;
  private final ClientAnswers answers;

  UnreportedSettings(SessionState carried, ClientAnswers answers) {
    this.carried = carried;
    this.answers = answers;
  }

  /** The statement was answered there, whether it has failed or not: it may have set some. */
  void ask(ServerConnection from, StatementFacts facts) {
    Set<String> names = new LinkedHashSet<>();
    for (Effect effect : facts.effects()) {
      if (effect.is(MysqlEffect.SETS_UNREPORTED)) {
        // The character set has no collation of its own: it would be set to the default one.
        names.add(
            effect.name().equals("character_set_connection")
                ? "collation_connection"
                : effect.name());
      }
    }
    SetStatement set = new SetStatement();
    names.forEach(set::same);
    String others = carried.heldFor();
    carried.hold(HOLD);
    from.query(
        set.toString(),
        new InternalQuery() {
          @Override
          public void parameterChanged(ServerConnection of, String name, String value) {
            carried.settings().reported(name, value);
          }

          @Override
          protected void done(ServerConnection of, ServerError error) {
            if (HOLD.equals(carried.heldFor())) {
              carried.hold(others);
            }
            if (error != null && !of.closed()) {
              of.end().closeForState("SET", error);
            }
            answers.after(of);
          }
        });
  }
}
