package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.session.state.SessionPins;
import dev.heimdall.engine.session.state.SessionState;
import dev.heimdall.engine.sql.PinReason;
import java.util.Map;
import java.util.Set;

/** Facts that a session knows about the basis on which its names resolve. */
final class NameFacts implements NameResolution.Session {
  private final ServedSession session;
  private final String vdb;
  private final SessionState carried;
  private final SessionPins pins;
  private Variables scopeOf;
  private PoolKey keyOf;
  private String scope;

  NameFacts(ServedSession session) {
    this.session = session;
    this.vdb = session.vdb().name();
    this.carried = session.carried();
    this.pins = carried.pins();
  }

  @Override
  public boolean judgesCalls() {
    return session.lifecycle().judges();
  }

  @Override
  public boolean callsMovedNames() {
    return session.lifecycle().namesMoved();
  }

  @Override
  public boolean reportsPath() {
    ServerConnection now = session.lease().server();
    return now == null || now.reported().values().containsKey(carried.rules().path());
  }

  @Override
  public long sent() {
    return carried.sent();
  }

  @Override
  public long done() {
    return carried.done();
  }

  @Override
  public Set<PinReason> pins() {
    return pins.all();
  }

  @Override
  public String scope() {
    Variables variables = carried.variables();
    PoolKey pool = session.lease().destinations().home().key();
    if (scopeOf != variables || keyOf != pool) {
      scopeOf = variables;
      keyOf = pool;
      scope =
          vdb
              + '\0'
              + pool.database()
              + '\0'
              + pool.credential().user()
              + '\0'
              + variables.get(carried.rules().path())
              + '\0'
              + variables.get(carried.rules().role())
              + ofTexts(variables);
    }
    return scope;
  }

  /** In the order of their names, as variables are. */
  private String ofTexts(Variables variables) {
    StringBuilder found = new StringBuilder();
    for (Map.Entry<String, String> each : variables.asMap().entrySet()) {
      if (carried.rules().ofTexts().contains(each.getKey())) {
        found.append('\0').append(each.getKey()).append('\0').append(each.getValue());
      }
    }
    return found.toString();
  }
}
