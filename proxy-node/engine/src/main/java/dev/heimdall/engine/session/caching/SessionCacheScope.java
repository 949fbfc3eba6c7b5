package dev.heimdall.engine.session.caching;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.pool.PoolKey;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.state.SessionState;
import java.util.ArrayList;
import java.util.List;

/**
 * Cache scope of a session, as far as it makes a difference to answers: the database, its user, and
 * those of its settings that differ from a new connection's.
 */
final class SessionCacheScope {
  private final SessionContext session;
  private final SessionState carried;

  /** Scope of the last request: one object for all cached answers of the session. */
  private CacheScope last;

  SessionCacheScope(SessionContext session) {
    this.session = session;
    this.carried = session.carried();
  }

  /**
   * At this node.
   *
   * @param shared whether the user makes no difference
   */
  CacheScope here(boolean shared) {
    PoolKey key = key();
    Object who = shared ? key.database() : key;
    if (last == null || !last.is(who, carried.variables())) {
      last = new CacheScope(who, carried.variables());
    }
    return last;
  }

  /** About how many bytes that takes. */
  long weight() {
    return carried.variables().weight();
  }

  /**
   * Returns this scope as texts that are the same at all nodes: the data source, the database, its
   * user, the settings.
   */
  List<String> anywhere(boolean shared) {
    PoolKey key = key();
    List<String> asker = new ArrayList<>();
    asker.add(session.vdb().settings().vdb().source());
    asker.add(key.database());
    asker.add(shared ? "" : key.credential().user());
    Variables settings = carried.variables();
    settings
        .asMap()
        .forEach(
            (name, value) -> {
              asker.add(name);
              asker.add(value);
            });
    return asker;
  }

  private PoolKey key() {
    return session.lease().destinations().home().key();
  }
}
