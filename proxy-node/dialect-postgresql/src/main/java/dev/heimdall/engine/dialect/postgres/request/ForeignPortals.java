package dev.heimdall.engine.dialect.postgres.request;

import dev.heimdall.engine.wire.ServerError;
import java.util.HashMap;
import java.util.Map;

/** The portals of one client's batch to a data source of another engine, by their names. */
final class ForeignPortals {
  private static final ServerError TOO_MANY =
      ServerError.error("53400", "too many portals in one batch");

  private final Map<String, ForeignPortal> portals = new HashMap<>(2);
  private final int most;
  private final long mostBytes;
  private long bytes;

  /**
   * @param most how many there may be in one batch
   * @param mostBytes what their statements and parameters may take, where there is more than one
   */
  ForeignPortals(int most, long mostBytes) {
    this.most = most;
    this.mostBytes = mostBytes;
  }

  /** The portal of this name; null where there is none. */
  ForeignPortal get(String name) {
    return portals.get(name);
  }

  /**
   * Keeps a portal, in place of the one that has had its name.
   *
   * @return why it is not kept; null where it is
   */
  ServerError put(String name, ForeignPortal portal) {
    ForeignPortal replaced = portals.get(name);
    long then = bytes + portal.weight() - (replaced == null ? 0 : replaced.weight());
    boolean alone = portals.size() == (replaced == null ? 0 : 1);
    if (!alone && ((replaced == null && portals.size() >= most) || then > mostBytes)) {
      return TOO_MANY;
    }
    portals.put(name, portal);
    bytes = then;
    return null;
  }

  void remove(String name) {
    ForeignPortal removed = portals.remove(name);
    bytes -= removed == null ? 0 : removed.weight();
  }

  void clear() {
    portals.clear();
    bytes = 0;
  }

  /** About how many bytes they take. */
  long bytes() {
    return bytes;
  }
}
