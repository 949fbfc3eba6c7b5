package dev.heimdall.engine.dialect.postgres;

import dev.heimdall.engine.dialect.Dialect;
import dev.heimdall.engine.dialect.postgres.answer.PostgresEncoder;
import dev.heimdall.engine.dialect.postgres.console.PostgresConsole;
import dev.heimdall.engine.dialect.postgres.login.PostgresClients;

/** PostgreSQL's protocol, version 3. */
public final class PostgresDialect {
  private PostgresDialect() {}

  public static Dialect create() {
    return new Dialect(new PostgresClients(new PostgresEncoder()), new PostgresConsole());
  }
}
