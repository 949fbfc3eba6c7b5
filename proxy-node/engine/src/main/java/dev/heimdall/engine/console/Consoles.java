package dev.heimdall.engine.console;

import dev.heimdall.model.NodeSettings;

/**
 * The consoles of a node, by the database that leads to each.
 *
 * @param own the node's own, in-band, too
 * @param pgbouncer the one that answers as PgBouncer's does
 */
public record Consoles(Console own, Console pgbouncer) {
  /** The console of the database, which is one that leads to a console. */
  public Console at(String database, NodeSettings settings) {
    return database.equals(settings.adminDatabase()) ? own : pgbouncer;
  }
}
