package dev.heimdall.engine.dialect.mysql.practice;

import dev.heimdall.engine.practice.Practice;
import dev.heimdall.engine.practice.PracticeEnd;
import java.io.IOException;

/** Both ends of MySQL's protocol. */
public final class MysqlPractice implements Practice {
  @Override
  public void serve(PracticeEnd end, int number) throws IOException {
    new PracticeServer(end, number).run();
  }

  @Override
  public Client logIn(PracticeEnd end, Account account) throws IOException {
    PracticeClient client = new PracticeClient(end);
    client.logIn(account);
    return client;
  }
}
