package dev.heimdall.test.cache;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.sync;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Transactions at PostgreSQL whose reads are answered from the cache. */
class CachedTransactionsIT extends CachedTransactionsContract<RawClient> {
  private TestNode node;

  @BeforeAll
  void start() {
    node =
        TestNode.start(
            c ->
                c.cluster(SharedPostgres.cluster())
                    .vdb("cache.enabled", true)
                    .vdb("pool.size", 16)
                    .vdb("cache.dmlThreshold", 100)
                    .vdb("rules", List.of("cached"))
                    .rules("cached", RULES));
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @Override
  RunningNode node() {
    return node;
  }

  @Override
  RawClient ofNode() throws IOException {
    return RawClient.logIn(node.target().as("admin", "admin"));
  }

  @Override
  RawClient ofServer() throws IOException {
    return RawClient.logIn(SharedPostgres.target());
  }

  @Override
  String ask(RawClient client, String sql) throws IOException {
    return said(client.query(sql));
  }

  @Override
  String askPrepared(RawClient client, String sql) throws IOException {
    client.send(all(parse("", sql), bind("", ""), describePortal(""), execute("", 0), sync()));
    return said(client.untilReady());
  }

  private static String said(List<Message> answer) {
    StringBuilder said = new StringBuilder();
    for (Message message : answer) {
      said.append(message.type());
      switch (message.type()) {
        case 'E', 'N' -> said.append(message.sqlState());
        case 'T' -> {
          // It has the table's number.
        }
        default -> said.append(HexFormat.of().formatHex(message.body()));
      }
      said.append(' ');
    }
    return said.toString();
  }

  @Override
  List<String> beginnings() {
    return List.of(
        "SELECT 1",
        "SET default_transaction_isolation = 'read committed'",
        "SET default_transaction_isolation = 'repeatable read'");
  }

  @Override
  List<String> modes() {
    return List.of(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET TRANSACTION READ WRITE, NOT DEFERRABLE",
        "SET LOCAL transaction_isolation = 'repeatable read'",
        "BEGIN ISOLATION LEVEL REPEATABLE READ");
  }

  @Override
  String setsMode() {
    return "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
  }

  @Override
  List<String> begins() {
    return List.of(
        "BEGIN",
        "BEGIN",
        "START TRANSACTION READ ONLY",
        "BEGIN ISOLATION LEVEL READ COMMITTED",
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE");
  }

  @Override
  List<String> others() {
    return List.of(
        "SAVEPOINT s",
        "ROLLBACK TO s",
        "RELEASE s",
        "SELECT 1/0",
        "SELECT now() > 'epoch', count(*) FROM %s",
        "SET LOCAL statement_timeout = 0",
        "DECLARE c CURSOR FOR SELECT name FROM %s ORDER BY id",
        "FETCH c",
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "SHOW transaction_isolation",
        "SELECT current_setting('transaction_isolation')");
  }
}
