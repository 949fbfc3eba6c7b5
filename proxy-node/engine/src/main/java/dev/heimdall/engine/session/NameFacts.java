package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.prepared.NameResolution;
import dev.heimdall.engine.sql.PinReason;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What a session knows of what its names resolve through. */
final class NameFacts implements NameResolution.Session {
  private final String vdb;
  private final SessionState carried;
  private final Supplier<PoolKey> key;
  private final Supplier<ServerConnection> server;
  private final BooleanSupplier judges;
  private final BooleanSupplier namesMoved;
  private Variables scopeOf;
  private PoolKey keyOf;
  private String scope;

  /**
   * @param key of the session's own pool
   * @param server its present connection, or null
   * @param judges whether its statements are judged
   * @param namesMoved whether a statement was sent that moves what names mean
   */
  NameFacts(
      String vdb,
      SessionState carried,
      Supplier<PoolKey> key,
      Supplier<ServerConnection> server,
      BooleanSupplier judges,
      BooleanSupplier namesMoved) {
    this.vdb = vdb;
    this.carried = carried;
    this.key = key;
    this.server = server;
    this.judges = judges;
    this.namesMoved = namesMoved;
  }

  @Override
  public boolean judgesCalls() {
    return judges.getAsBoolean();
  }

  @Override
  public boolean callsMovedNames() {
    return namesMoved.getAsBoolean();
  }

  @Override
  public boolean reportsPath() {
    ServerConnection now = server.get();
    return now == null || now.reported().containsKey(carried.rules().path());
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
    return carried.pins();
  }

  @Override
  public String scope() {
    Variables variables = carried.variables();
    PoolKey pool = key.get();
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
