package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.prepared.NameResolution;
import java.util.Set;

/** What a session knows of what its names resolve through. */
final class NameFacts implements NameResolution.Session {
  private final ClientSession session;
  private Variables scopeOf;
  private PoolKey keyOf;
  private String scope;

  NameFacts(ClientSession session) {
    this.session = session;
  }

  @Override
  public boolean judgesCalls() {
    return session.requests().course().judges();
  }

  @Override
  public boolean callsMovedNames() {
    return session.requests().course().namesMoved();
  }

  @Override
  public boolean reportsPath() {
    ServerConnection server = session.server();
    return server == null || server.reported().containsKey("search_path");
  }

  @Override
  public long sent() {
    return session.carried().sent();
  }

  @Override
  public long done() {
    return session.carried().done();
  }

  @Override
  public Set<String> pins() {
    return session.carried().pins();
  }

  @Override
  public String scope() {
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
