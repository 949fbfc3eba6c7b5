package dev.heimdall.engine.dialect.mysql.practice;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.engine.catalog.ObjectsBuilder;
import dev.heimdall.engine.catalog.RelationKind;
import dev.heimdall.engine.catalog.SharedBuiltIns;
import dev.heimdall.engine.dialect.mysql.catalog.MysqlObjects;
import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.practice.PracticeEnd;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** Both ends of MySQL's protocol. */
public final class MysqlPractice implements Practice {
  private final Catalogue holds =
      Catalogue.read(
          "practice",
          new ObjectsBuilder(new SharedBuiltIns(MysqlObjects.INSTANCE))
              .relation(1, "practice", "practice", RelationKind.TABLE, false)
              .pipelines());
  private final AtomicInteger clients = new AtomicInteger();

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
    PracticeClient client = new PracticeClient(end, clients.getAndIncrement());
    client.logIn(account);
    return client;
  }
}
