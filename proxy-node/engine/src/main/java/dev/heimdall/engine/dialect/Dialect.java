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
 * All that the node has to know of one database protocol.
 *
 * @param clients how its clients log in
 * @param console how they talk to the admin database; empty where they cannot
 * @param servers how the node talks to servers
 * @param sessions what it brings to the sessions of its clients
 * @param statements how theirs are read
 * @param notifications how they are spelled
 * @param catalogue how what is in their databases is read
 * @param clusters how theirs are watched
 * @param changes how it is heard what is written past the node
 * @param actions what rules do on connections of the node's own
 * @param foreign how statements of other engines' clients are forwarded to its servers
 * @param practice both ends of its connections, for a node that practises before clients come;
 *     empty where it does not
 * @param naming of prepared statements on servers, for each event loop by its number
 */
public record Dialect(
    ClientProtocol clients,
    Optional<ConsoleProtocol> console,
    ServerProtocol servers,
    SessionDialect sessions,
    SqlDialect statements,
    NotificationFormat notifications,
    CatalogueProtocol catalogue,
    ClusterProtocol clusters,
    ChangeProtocol changes,
    ActionProtocol actions,
    ForeignProtocol foreign,
    Optional<Practice> practice,
    IntFunction<ServerNaming> naming) {}
