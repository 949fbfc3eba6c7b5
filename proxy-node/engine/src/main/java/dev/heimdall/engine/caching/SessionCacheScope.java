package dev.heimdall.engine.caching;

import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.lease.SessionContext;
import dev.heimdall.engine.lease.SessionState;
import dev.heimdall.engine.pool.PoolKey;
import java.util.ArrayList;
import java.util.List;

/**
 * Who asks, as far as that makes a difference to answers: the database, its user, and whatever
 * differs of its settings from those of a new connection.
 */
final class SessionCacheScope {
  private final SessionContext session;
  private final SessionState carried;

  /** Who has asked last: one for all that is kept of its answers. */
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
   * The same in texts that are the same at all nodes: the data source, the database, its user, the
   * settings.
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
