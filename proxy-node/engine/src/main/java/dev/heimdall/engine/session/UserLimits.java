package dev.heimdall.engine.session;

import dev.heimdall.engine.pool.Limit;
import dev.heimdall.model.User;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many client connections each user may have on the whole node; thread-safe. */
public final class UserLimits {
  private final Map<String, Limit> limits = new ConcurrentHashMap<>();
  private volatile Map<String, User> users = Map.of();

  /** Takes over the users of a configuration. Connections above a lower limit stay. */
  public void update(Map<String, User> configured) {
    users = configured;
    limits.forEach((name, limit) -> limit.max(max(name)));
  }

  Limit of(String user) {
    return limits.computeIfAbsent(user, name -> new Limit(max(name)));
  }

  private int max(String name) {
    User user = users.get(name);
    return user == null ? 0 : user.maxClients();
  }
}
