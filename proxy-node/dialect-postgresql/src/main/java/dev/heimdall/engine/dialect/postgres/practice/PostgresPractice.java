package dev.heimdall.engine.dialect.postgres.practice;

import dev.heimdall.engine.auth.NonceSource;
import dev.heimdall.engine.auth.ScramKeyCache;
import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.ObjectsBuilder;
import dev.heimdall.engine.catalog.RelationKind;
import dev.heimdall.engine.catalog.SharedBuiltIns;
import dev.heimdall.engine.dialect.postgres.catalog.PostgresObjects;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.practice.PracticeEnd;
import java.io.IOException;

/** Both ends of PostgreSQL's protocol. */
public final class PostgresPractice implements Practice {
  private final ScramKeyCache keys;
  private final NonceSource nonces;
  private final Catalogue holds =
      Catalogue.read(
          "practice",
          new ObjectsBuilder(new SharedBuiltIns(PostgresObjects.INSTANCE))
              .openSchema("public")
              .relation(1, "public", "practice", RelationKind.TABLE, false)
              .pipelines());

  /**
   * @param keys of what clients prove
   */
  public PostgresPractice(ScramKeyCache keys, NonceSource nonces) {
    this.keys = keys;
    this.nonces = nonces;
  }

  @Override
  public void serve(PracticeEnd end, int number) throws IOException {
    new PracticeServer(end, number).run();
  }

  @Override
  public Catalogue catalogue(String database) {
    return holds;
  }

  @Override
  public Client logIn(PracticeEnd end, Account account) throws IOException {
    PracticeClient client = new PracticeClient(end);
    client.logIn(account, keys, nonces);
    return client;
  }
}
