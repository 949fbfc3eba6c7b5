package dev.heimdall.test.fuzz;

import dev.heimdall.test.fault.Backend;
import dev.heimdall.test.fault.FakeServer;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import dev.heimdall.test.fixture.WireClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contract on PostgreSQL. */
class WireFuzzIT extends WireFuzzContract {
  private FakeServer server;
  private TestNode node;

  @Override
  RunningNode start() throws IOException {
    server =
        new FakeServer(
            talk -> {
              talk.logIn();
              talk.answerAll();
            });
    node =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .node("loginTimeout", "1s")
                    .vdb("pool.size", 3)
                    .source("fake", "url", server.jdbcUrl())
                    .source("fake", "user", "app")
                    .source("fake", "tls.mode", "disable")
                    .source("fake", "connectTimeout", "1s")
                    .vdb(FUZZED, "address", "127.0.0.1")
                    .vdb(FUZZED, "ports", List.of(0))
                    .vdb(FUZZED, "source", "fake")
                    .vdb(FUZZED, "pool.size", 3)
                    .vdb(FUZZED, "pool.queueTimeout", "1s"));
    return node;
  }

  @Override
  WireClient logIn() throws IOException {
    return RawClient.logIn(node.target());
  }

  @Override
  void stop() throws IOException {
    server.close();
  }

  @Test
  void startUpPackets() throws IOException {
    List<byte[]> samples =
        List.of(
            Frontend.startup(0, Map.of("user", "app", "database", "app")),
            Frontend.startup(
                2, Map.of("user", "app", "options", "-c geqo=off", "_pq_.x", "1", "a", "b")),
            Frontend.startup(0, Map.of("user", "app", "replication", "database")),
            Frontend.sslRequest(),
            Frontend.gssEncRequest(),
            Frontend.cancelRequest(1 << 19 | 5, new byte[] {1, 2, 3, 4}),
            new byte[] {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3},
            Frontend.message('p', "n,,n=,r=abcdefgh".getBytes()),
            Frontend.message('p', "SCRAM-SHA-256\0\0\0\0\bn,,n=,r=a".getBytes()));
    fuzz(
        samples,
        (bytes, random) -> {
          RawClient client = RawClient.connect(node.target());
          try {
            client.send(bytes);
          } catch (IOException closed) {
            // refused early
          }
          readAndLeave(client, random);
        });
  }

  @Test
  void messagesAfterTheLogIn() throws IOException {
    List<byte[]> samples =
        List.of(
            Frontend.query("SELECT 1"),
            Frontend.query("BEGIN"),
            Frontend.query("ROLLBACK"),
            Frontend.query("SET work_mem = '1MB'; SELECT 2"),
            Frontend.query("PREPARE p AS SELECT 3"),
            Frontend.query("EXECUTE p"),
            Frontend.query("DEALLOCATE p"),
            Frontend.query("COPY (SELECT 1) TO STDOUT"),
            Frontend.query("COPY pg_catalog.pg_largeobject FROM STDIN"),
            Frontend.query("SELECT 1/0"),
            Frontend.query("DISCARD ALL"),
            Frontend.all(Frontend.statement("SELECT $1::text", "x"), Frontend.sync()),
            Frontend.parse("s", "SELECT $1::int"),
            Frontend.bind("", "s", "1"),
            Frontend.bind("c", "s", (String) null),
            Frontend.describeStatement("s"),
            Frontend.describePortal("c"),
            Frontend.execute("", 0),
            Frontend.execute("c", 1),
            Frontend.closeStatement("s"),
            Frontend.closePortal("c"),
            Frontend.sync(),
            Frontend.flush(),
            Frontend.copyData("1\n"),
            Frontend.copyDone(),
            Frontend.copyFail("no"),
            Frontend.functionCall(1598, List.of()),
            Frontend.terminate());
    fuzz(
        samples,
        (bytes, random) -> {
          RawClient client = RawClient.logIn(node.target());
          try {
            for (int at = 0; at < bytes.length; ) {
              int size = Math.min(bytes.length - at, 1 + random.nextInt(bytes.length));
              client.sendPart(bytes, at, at + size);
              at += size;
            }
            if (random.nextBoolean()) {
              client.send(Frontend.sync(), Frontend.query("SELECT 'after'"));
            }
          } catch (IOException closed) {
            // for a violation of the protocol
          }
          readAndLeave(client, random);
        });
  }

  @Test
  void messagesOfTheServer() throws IOException {
    List<byte[]> samples =
        List.of(
            Backend.answer("one"),
            Frontend.all(Backend.description(), Backend.row("x".repeat(5000))),
            Backend.row("two"),
            Backend.complete("SELECT 1"),
            Backend.ready('I'),
            Backend.ready('T'),
            Backend.ready('E'),
            Backend.error("ERROR", "22012", "division by zero"),
            Backend.error("FATAL", "57P01", "terminating connection"),
            Backend.notice("well"),
            Backend.text('S', "TimeZone", "UTC"),
            Frontend.message('A', new byte[] {0, 0, 0, 1, 'c', 0, 'p', 0}),
            Frontend.message('1', new byte[0]),
            Frontend.message('2', new byte[0]),
            Frontend.message('n', new byte[0]),
            Frontend.message('I', new byte[0]),
            Frontend.message('G', new byte[] {0, 0, 0}),
            Frontend.message('H', new byte[] {0, 0, 0}),
            Frontend.copyData("1\n"),
            Frontend.copyDone(),
            Backend.greeting());
    Target fuzzed = node.target(FUZZED);
    fuzz(
        samples,
        (bytes, random) -> {
          boolean duringLogIn = random.nextInt(5) == 0;
          server.script(
              talk -> {
                if (duringLogIn) {
                  talk.startup();
                  talk.send(bytes);
                  talk.untilClosed();
                  return;
                }
                talk.logIn();
                while (true) {
                  talk.receive();
                  talk.send(bytes);
                }
              });
          try (RawClient client = RawClient.connect(fuzzed)) {
            client.startup(0, "application_name", "f" + random.nextInt(3));
            client.send(Frontend.query("SELECT 1"));
            client.send(Frontend.statement("SELECT 2"), Frontend.sync());
            readAndLeave(client, random);
          } catch (IOException refused) {
            // a server that cannot be logged in to
          }
          if (random.nextInt(4) == 0) {
            node.admin("RECONNECT");
          }
        });
    server.script(
        talk -> {
          talk.logIn();
          talk.answerAll();
        });
    node.admin("RECONNECT");
  }
}
