package dev.heimdall.engine.dialect.postgres;

import dev.heimdall.engine.changes.ChangeTriggers;
import dev.heimdall.engine.cluster.ClusterProtocol;
import dev.heimdall.engine.cluster.ServerInterview;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.DialectProvider;
import dev.heimdall.engine.dialect.NodeServices;
import dev.heimdall.engine.dialect.postgres.action.PostgresActions;
import dev.heimdall.engine.dialect.postgres.answer.PostgresEncoder;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresCatalogue;
import dev.heimdall.engine.dialect.postgres.changes.NotifyTriggers;
import dev.heimdall.engine.dialect.postgres.changes.PostgresChanges;
import dev.heimdall.engine.dialect.postgres.cluster.PostgresClusters;
import dev.heimdall.engine.dialect.postgres.cluster.PostgresInterview;
import dev.heimdall.engine.dialect.postgres.console.PostgresConsole;
import dev.heimdall.engine.dialect.postgres.foreign.PostgresForeign;
import dev.heimdall.engine.dialect.postgres.listen.PostgresNotifications;
import dev.heimdall.engine.dialect.postgres.login.PostgresClients;
import dev.heimdall.engine.dialect.postgres.practice.PostgresPractice;
import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.dialect.postgres.request.PostgresSessions;
import dev.heimdall.engine.dialect.postgres.server.PostgresServers;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.model.Engine;
import java.util.Optional;

/** PostgreSQL's protocol, version 3. */
public final class PostgresDialect implements DialectProvider {
  @Override
  public Engine engine() {
    return Engine.POSTGRESQL;
  }

  @Override
  public SqlDialect statements() {
    return PostgresSql.DIALECT;
  }

  @Override
  public Optional<ClusterProtocol> clusters() {
    return Optional.of(new PostgresClusters());
  }

  @Override
  public Optional<ServerInterview> interview() {
    return Optional.of(new PostgresInterview());
  }

  @Override
  public Optional<ChangeTriggers> triggers() {
    return Optional.of(new NotifyTriggers());
  }

  @Override
  public Dialect create(NodeServices node) {
    return new Dialect(
        new PostgresClients(new PostgresEncoder()),
        new PostgresServers(node.keyCache(), node.nonces(), node.offLoop()),
        new PostgresSessions(),
        statements(),
        StatementNames::ofLoop,
        new PostgresCatalogue(),
        new PostgresChanges(),
        Optional.of(new PostgresConsole()),
        Optional.of(new PostgresNotifications()),
        clusters(),
        Optional.of(new PostgresActions()),
        Optional.of(new PostgresForeign()),
        Optional.of(new PostgresPractice(node.keyCache(), node.nonces())));
  }
}
