package dev.heimdall.engine.dialect.postgres;

import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.postgres.action.PostgresActions;
import dev.heimdall.engine.dialect.postgres.answer.PostgresEncoder;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresCatalogue;
import dev.heimdall.engine.dialect.postgres.changes.PostgresChanges;
import dev.heimdall.engine.dialect.postgres.cluster.PostgresClusters;
import dev.heimdall.engine.dialect.postgres.console.PostgresConsole;
import dev.heimdall.engine.dialect.postgres.listen.PostgresNotifications;
import dev.heimdall.engine.dialect.postgres.login.PostgresClients;
import dev.heimdall.engine.dialect.postgres.practice.PostgresPractice;
import dev.heimdall.engine.dialect.postgres.prepared.StatementNames;
import dev.heimdall.engine.dialect.postgres.request.PostgresSessions;
import dev.heimdall.engine.dialect.postgres.server.PostgresServers;
import dev.heimdall.engine.dialect.postgres.sql.PostgresClassifier;
import java.util.concurrent.Executor;

/** PostgreSQL's protocol, version 3. */
public final class PostgresDialect {
  private PostgresDialect() {}

  /**
   * @param keyCache keys of passwords that servers have asked for
   * @param offLoop where keys are derived
   */
  public static Dialect create(ScramKeyCache keyCache, NonceSource nonces, Executor offLoop) {
    return new Dialect(
        new PostgresClients(new PostgresEncoder()),
        new PostgresConsole(),
        new PostgresServers(keyCache, nonces, offLoop),
        new PostgresSessions(),
        PostgresClassifier::new,
        new PostgresNotifications(),
        new PostgresCatalogue(),
        new PostgresClusters(),
        new PostgresChanges(),
        new PostgresActions(),
        new PostgresPractice(keyCache, nonces),
        StatementNames::ofLoop);
  }
}
