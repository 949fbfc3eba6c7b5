package dev.heimdall.test.fuzz;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.test.fault.TcpFaults;
import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.MysqlTarget;
import dev.heimdall.test.fixture.RawMysqlClient;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.WireClient;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract on MariaDB, whose own answers are damaged. */
@Tag("long")
class MysqlWireFuzzIT extends WireFuzzContract {
  private TcpFaults faults;
  private MysqlNode node;

  @Override
  RunningNode start() throws IOException {
    faults = new TcpFaults("127.0.0.1", MysqlRelease.MARIADB.shared().primary().port());
    node =
        MysqlNode.start(
            MysqlRelease.MARIADB,
            c ->
                c.node("loops", 1)
                    .node("loginTimeout", "1s")
                    .vdb("pool.size", 3)
                    .vdb("limits.maxMessageSize", "1MiB")
                    .vdb("limits.maxStatementSize", "512KiB")
                    .source("fake", "url", "jdbc:mysql://127.0.0.1:" + faults.port() + "/app")
                    .source("fake", "user", MysqlRelease.USER)
                    .source("fake", "password", MysqlRelease.PASSWORD)
                    .source("fake", "tls.mode", "disable")
                    .source("fake", "connectTimeout", "1s")
                    .source("fake", "catalog.enabled", false)
                    .vdb(FUZZED, "address", "127.0.0.1")
                    .vdb(FUZZED, "ports", List.of(0))
                    .vdb(FUZZED, "source", "fake")
                    .vdb(FUZZED, "pool.size", 3)
                    .vdb(FUZZED, "pool.queueTimeout", "1s"));
    return node;
  }

  @Override
  WireClient logIn() throws IOException {
    return RawMysqlClient.logIn(node.target());
  }

  @Override
  void stop() throws IOException {
    faults.close();
  }

  @Override
  int seconds() {
    return Math.max(1, SECONDS / 2);
  }

  private static List<byte[]> commands() {
    return List.of(
        RawMysqlClient.query("SELECT 1"),
        RawMysqlClient.query("START TRANSACTION"),
        RawMysqlClient.query("ROLLBACK"),
        RawMysqlClient.query("SET sort_buffer_size = 65536; SELECT 2"),
        RawMysqlClient.query("SELECT nothing"),
        RawMysqlClient.query("SHOW WARNINGS"),
        RawMysqlClient.query("PREPARE p FROM 'SELECT 3'"),
        RawMysqlClient.query("LOAD DATA LOCAL INFILE 'none' INTO TABLE none"),
        RawMysqlClient.text(Command.INIT_DB, "information_schema"),
        RawMysqlClient.text(Command.STMT_PREPARE, "SELECT ?"),
        RawMysqlClient.text(Command.STMT_PREPARE, "SELECT 1 UNION SELECT 2"),
        RawMysqlClient.execute(1, "text"),
        RawMysqlClient.ofStatement(Command.STMT_EXECUTE, 2, new byte[] {1, 1, 0, 0, 0}),
        RawMysqlClient.ofStatement(Command.STMT_FETCH, 2, new byte[] {1, 0, 0, 0}),
        RawMysqlClient.ofStatement(Command.STMT_SEND_LONG_DATA, 1, new byte[] {0, 0, 'l'}),
        RawMysqlClient.ofStatement(Command.STMT_RESET, 1),
        RawMysqlClient.ofStatement(Command.STMT_CLOSE, 2),
        RawMysqlClient.command(Command.SET_OPTION, new byte[2]),
        RawMysqlClient.command(Command.RESET_CONNECTION),
        RawMysqlClient.command(Command.CHANGE_USER, "app\0\0app\0".getBytes()),
        RawMysqlClient.command(Command.STATISTICS),
        RawMysqlClient.command(Command.PING),
        RawMysqlClient.text(Command.FIELD_LIST, "none\0"),
        RawMysqlClient.command(Command.QUIT));
  }

  @Test
  void logIns() throws IOException {
    byte[] response = new byte[90];
    response[0] = (byte) 0x85;
    response[1] = (byte) 0xa6;
    response[2] = (byte) 0xff;
    System.arraycopy("app\0\24".getBytes(), 0, response, 32, 5);
    System.arraycopy("app\0mysql_native_password\0".getBytes(), 0, response, 57, 26);
    fuzz(
        List.of(
            RawMysqlClient.packet(1, response),
            RawMysqlClient.packet(1, Arrays.copyOf(response, 32)), // asks for TLS
            RawMysqlClient.packet(3, new byte[20]),
            RawMysqlClient.packet(3, new byte[] {2}),
            new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3}),
        (bytes, random) -> {
          RawMysqlClient client = RawMysqlClient.connect(node.target());
          try {
            client.send(bytes);
          } catch (IOException closed) {
            // refused early
          }
          readAndLeave(client, random);
        });
  }

  @Test
  void commandsOfClients() throws IOException {
    fuzz(
        commands(),
        (bytes, random) -> {
          RawMysqlClient client = RawMysqlClient.logIn(node.target());
          try {
            for (int at = 0; at < bytes.length; ) {
              int size = Math.min(bytes.length - at, 1 + random.nextInt(bytes.length));
              client.sendPart(bytes, at, at + size);
              at += size;
            }
            if (random.nextBoolean()) {
              client.send(RawMysqlClient.query("SELECT 'after'"));
            }
          } catch (IOException closed) {
            // for a violation of the protocol
          }
          readAndLeave(client, random);
        });
  }

  @Test
  void answersOfServers() throws IOException {
    MysqlTarget fuzzed = node.target(FUZZED);
    List<byte[]> commands = commands();
    fuzz(
        commands,
        (bytes, random) -> {
          Random damage = new Random(random.nextLong());
          boolean logIn = random.nextInt(5) == 0;
          if (logIn) {
            faults.cutAll(false);
          } else {
            faults.mangle(null);
          }
          try (RawMysqlClient client = RawMysqlClient.logIn(fuzzed)) {
            synchronized (damage) {
              Mutator mutator = new Mutator(damage, List.of(bytes));
              faults.mangle(
                  piece -> {
                    synchronized (damage) {
                      return damage.nextInt(3) == 0 ? piece : mutator.damaged(piece);
                    }
                  });
            }
            for (int i = 0; i < 3; i++) {
              client.send(commands.get(random.nextInt(commands.size() - 1)));
            }
            readAndLeave(client, random);
          } catch (IOException refused) {
            // a server that cannot be logged in to
          }
          if (random.nextInt(4) == 0) {
            faults.mangle(null);
            node.admin("RECONNECT");
          }
        });
    faults.mangle(null);
    node.admin("RECONNECT");
  }
}
