package dev.heimdall.test.cache;

import static dev.heimdall.test.fixture.RawMysqlClient.ofStatement;
import static dev.heimdall.test.fixture.RawMysqlClient.query;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.RunningNode;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Transactions at a server of MySQL's family whose reads are answered from the cache. */
class MysqlCachedTransactionsIT extends CachedTransactionsContract<RawMysqlClient> {
  private static final int ERROR = 0xFF;
  private static final int END = 0xFE;

  private MysqlNode node;

  MysqlRelease release() {
    return MysqlRelease.MARIADB;
  }

  @BeforeAll
  void start() {
    node =
        MysqlNode.start(
            release(),
            c ->
                c.cluster(release().shared())
                    .catalog(release().shared())
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
  RawMysqlClient ofNode() throws IOException {
    return RawMysqlClient.logIn(node.target().as("admin", "admin"));
  }

  @Override
  RawMysqlClient ofServer() throws IOException {
    return RawMysqlClient.logIn(MysqlTarget.of(release().shared().primary()));
  }

  @Override
  String ask(RawMysqlClient client, String sql) throws IOException {
    client.send(query(sql));
    return said(client);
  }

  @Override
  String askPrepared(RawMysqlClient client, String sql) throws IOException {
    int number = client.prepare(sql);
    client.send(
        ofStatement(
            Command.STMT_EXECUTE, number, (byte) 0, (byte) 1, (byte) 0, (byte) 0, (byte) 0));
    String said = said(client);
    client.send(ofStatement(Command.STMT_CLOSE, number));
    return said;
  }

  /** With the status in each of its packets, and without what columns are called. */
  private static String said(RawMysqlClient client) throws IOException {
    byte[] first = client.receive();
    StringBuilder said = new StringBuilder(HexFormat.of().formatHex(first));
    int kind = first[0] & 0xFF;
    if (kind == 0) {
      return said.toString();
    }
    if (kind == ERROR) {
      return RawMysqlClient.error(first);
    }
    for (int i = 0; i < kind; i++) {
      client.receive();
    }
    byte[] row;
    do {
      row = client.receive();
      said.append(' ').append(HexFormat.of().formatHex(row));
    } while ((row[0] & 0xFF) != END && (row[0] & 0xFF) != ERROR);
    return said.toString();
  }

  private String isolation() {
    return release() == MysqlRelease.MYSQL ? "transaction_isolation" : "tx_isolation";
  }

  @Override
  List<String> beginnings() {
    return List.of(
        "SELECT 1",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET SESSION " + isolation() + " = 'READ-COMMITTED', autocommit = 0");
  }

  @Override
  List<String> modes() {
    return List.of(
        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET TRANSACTION READ WRITE",
        "SET SESSION TRANSACTION READ WRITE");
  }

  /** Of the next ones. */
  @Override
  String setsMode() {
    return "SET SESSION TRANSACTION READ WRITE";
  }

  @Override
  List<String> begins() {
    return List.of(
        "BEGIN",
        "START TRANSACTION",
        "START TRANSACTION READ ONLY",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT");
  }

  @Override
  List<String> others() {
    return List.of(
        "SAVEPOINT s",
        "ROLLBACK TO s",
        "RELEASE SAVEPOINT s",
        "SELECT nothing FROM %s",
        "SELECT FOUND_ROWS()",
        "SELECT ROW_COUNT()",
        "SHOW WARNINGS",
        "SELECT @@" + isolation(),
        "SET TRANSACTION READ WRITE");
  }
}
