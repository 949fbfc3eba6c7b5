package dev.heimdall.engine.client;

/**
 * The sessions of one virtual database as one of them may interrupt the others: by the numbers that
 * their clients were told at the log-in.
 */
public final class OtherSessions {
  private final CancelRegistry registry;
  private final Client self;

  public OtherSessions(CancelRegistry registry, Client self) {
    this.registry = registry;
    this.self = self;
  }

  /** Whether nodes give sessions such numbers, this one or another one of the fleet. */
  public static boolean isNumber(long number) {
    return CancelRegistry.isProcessId(number);
  }

  /** The number of the session that asks. */
  public int own() {
    return self.processId();
  }

  /** The session with this number; null if the virtual database has none on this node. */
  public Client find(long number) {
    Client found = isNumber(number) ? registry.byId((int) number) : null;
    return found != null && found.vdbName().equals(self.vdbName()) ? found : null;
  }

  /** Whether the one that asks may: it is the same user's, or an operator's. */
  public boolean mayInterrupt(Client other) {
    return self.login().admin() || self.login().user().equals(other.login().user());
  }
}
