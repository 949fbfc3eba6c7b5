package dev.heimdall.engine.client;

import dev.heimdall.engine.pool.NamedLimits;
import dev.heimdall.model.User;
import java.util.Map;

/** Limits of the client connections that each user may have on the whole node; thread-safe. */
public final class UserLimits {
  private final NamedLimits limits = new NamedLimits(this::max);
  private volatile Map<String, User> users = Map.of();

  /** Takes over the users of a configuration. Connections above a lower limit stay. */
  public void update(Map<String, User> configured) {
    users = configured;
    limits.refresh();
  }

  NamedLimits limits() {
    return limits;
  }

  private int max(String name) {
    User user = users.get(name);
    return user == null ? 0 : user.maxClients();
  }
}
