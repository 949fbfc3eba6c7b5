package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.prepared.ClientStatements;
import dev.heimdall.engine.prepared.NameUndo;
import dev.heimdall.engine.prepared.PreparedStatement;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.Effect;
import dev.heimdall.engine.sql.StatementFacts;
import dev.heimdall.engine.sql.StatementKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Names that SQL takes from prepared statements amid a batch: as their portal is run they are free
 * for what comes behind in the batch, unless the server skips that.
 */
final class FreedNames {
  private static final int MOST_BOUND = 64;

  private final SessionState carried;
  private final ServerNames names;
  private final ParseMessages parses;

  /** Portals that take names when they are run. */
  private final List<Bound> bound = new ArrayList<>(1);

  /**
   * @param name null for all names
   */
  private record Bound(String portal, byte[] name) {}

  FreedNames(SessionState carried, ServerNames names, ParseMessages parses) {
    this.carried = carried;
    this.names = names;
    this.parses = parses;
  }

  /**
   * A statement was bound that takes names.
   *
   * @return whether they are noted as its portal is run
   */
  boolean bound(String portal, StatementFacts facts) {
    if (bound.size() == MOST_BOUND) {
      return false;
    }
    Effect effect = facts.effects().get(0);
    bound.add(new Bound(portal, takesAll(facts) ? null : ClientStatements.bytes(effect.name())));
    return true;
  }

  /** True if it takes the name of one of the client's statements, and does nothing else. */
  static boolean takesOne(StatementFacts facts, ClientStatements own) {
    return facts.kind() == StatementKind.DEALLOCATE
        && facts.effects().size() == 1
        && own.named(facts.effects().get(0)) != null;
  }

  /** True if it takes all names of the client's statements, and does nothing else. */
  static boolean takesAll(StatementFacts facts) {
    return facts.effects().size() == 1
        && switch (facts.effects().get(0).type()) {
          case DEALLOCATE_ALL, RESET_SESSION -> true;
          default -> false;
        };
  }

  /** Another statement was bound to the portal. */
  void replaced(String portal) {
    bound.removeIf(each -> each.portal().equals(portal));
  }

  /** The portal is being run. */
  void run(ServerConnection server, String portal) {
    for (Bound each : bound) {
      if (each.portal().equals(portal)) {
        bound.remove(each);
        if (each.name() == null) {
          takeAll(server);
        } else {
          take(server, each.name());
        }
        return;
      }
    }
  }

  private void take(ServerConnection server, byte[] name) {
    PreparedStatement statement = carried.names().get(name);
    if (statement != null) {
      names.freed(server, statement, parses.reopening(name, statement));
      forget(server, name);
    }
  }

  private void takeAll(ServerConnection server) {
    List<byte[]> all = new ArrayList<>();
    List<NameUndo> undos = new ArrayList<>();
    carried
        .names()
        .forEach(
            (name, statement) -> {
              all.add(name);
              undos.add(parses.reopening(name, statement));
            });
    NameUndo dropped = server.statements().dropsAll();
    names.freedAll(
        server,
        new NameUndo() {
          @Override
          public void refused() {
            undos.forEach(NameUndo::refused);
          }

          @Override
          public void settled() {
            dropped.settled();
          }
        });
    all.forEach(name -> forget(server, name));
  }

  private void forget(ServerConnection server, byte[] name) {
    carried.names().remove(name);
    parses.forgetAnswered(server);
    names.own().closing(name, carried.sent(), carried.done());
  }
}
