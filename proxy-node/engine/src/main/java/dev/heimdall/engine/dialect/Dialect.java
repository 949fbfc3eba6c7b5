package dev.heimdall.engine.dialect;

import dev.heimdall.engine.action.ActionProtocol;
import dev.heimdall.engine.backend.ServerProtocol;
import dev.heimdall.engine.catalog.CatalogueProtocol;
import dev.heimdall.engine.changes.ChangeProtocol;
import dev.heimdall.engine.client.ClientProtocol;
import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.console.ConsoleProtocol;
import dev.heimdall.engine.foreign.ForeignProtocol;
import dev.heimdall.engine.listen.NotificationFormat;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.prepared.ServerNaming;
import dev.heimdall.engine.session.SessionDialect;
import dev.heimdall.engine.sql.SqlDialect;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * All that the node has to know of one database protocol: what every dialect brings, and what it
 * may bring. Documents that need what their engine's dialect does not bring are rejected.
 *
 * @param clients log-in of its clients
 * @param servers talk of the node with its servers
 * @param sessions its part in the sessions of its clients
 * @param statements reading of its statements
 * @param naming of prepared statements on servers, for each event loop by its number
 * @param catalogue what its servers bring into each database; queries of the rest, where databases
 *     are read
 * @param changes feeds of what is written past the node; none where there are no ways
 * @param console talk of operators with the admin database
 * @param notifications their spelling
 * @param clusters probes of its servers
 * @param actions of rules, on connections of the node's own
 * @param foreign forwarding of statements of other engines' clients to its servers
 * @param practice both ends of its connections, for a node that practises before clients come
 */
public record Dialect(
    ClientProtocol clients,
    ServerProtocol servers,
    SessionDialect sessions,
    SqlDialect statements,
    IntFunction<ServerNaming> naming,
    CatalogueProtocol catalogue,
    ChangeProtocol changes,
    Optional<ConsoleProtocol> console,
    Optional<NotificationFormat> notifications,
    Optional<ClusterProtocol> clusters,
    Optional<ActionProtocol> actions,
    Optional<ForeignProtocol> foreign,
    Optional<Practice> practice) {
  /** With what every dialect brings, and no more. */
  public Dialect(
      ClientProtocol clients,
      ServerProtocol servers,
      SessionDialect sessions,
      SqlDialect statements,
      IntFunction<ServerNaming> naming,
      CatalogueProtocol catalogue) {
    this(
        clients,
        servers,
        sessions,
        statements,
        naming,
        catalogue,
        ChangeProtocol.NONE,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
