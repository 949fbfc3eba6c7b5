package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closePortal;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.flush;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExtendedQueryIT extends EachNodeKind {

  @Test
  void anUnnamedStatementIsParsedBoundDescribedAndExecuted() throws IOException {
    sameAsDirect(
        client -> {
          client.send(statement("SELECT $1::int + 1 AS next", "41"), sync());
          client.untilReady();
          client.send(
              parse("", "SELECT $1", 25),
              describeStatement(""),
              bind("", "", (String) null),
              execute("", 0),
              sync());
          client.untilReady();
        });
  }

  @Test
  void theUnnamedStatementIsThereAfterSync() throws IOException {
    sameAsDirect(
        client -> {
          client.send(parse("", "SELECT $1::text"), sync());
          client.untilReady();
          client.send(bind("", "", "first"), execute("", 0), sync());
          client.untilReady();
          client.send(bind("", "", "second"), describePortal(""), execute("", 0), sync());
          client.untilReady();
          client.send(describeStatement(""), sync());
          client.untilReady();
          client.query("SELECT 'a simple query takes it away'");
          client.send(bind("", "", "third"), execute("", 0), sync());
          client.untilReady();
        });
  }

  @Test
  void aNamedStatementIsExecutedAgainAndAgain() throws IOException {
    sameAsDirect(
        client -> {
          client.send(
              parse("add", "SELECT $1::int + $2::int AS sum"), describeStatement("add"), sync());
          client.untilReady();
          for (int i = 0; i < 5; i++) {
            client.send(bind("", "add", "1", Integer.toString(i)), execute("", 0), sync());
            client.untilReady();
          }
          client.send(closeStatement("add"), sync());
          client.untilReady();
          client.send(bind("", "add", "1", "2"), execute("", 0), sync());
          client.untilReady();
          client.send(
              closeStatement("add"),
              closeStatement("never there"),
              closePortal("nor this"),
              sync());
          client.untilReady();
        });
  }

  @Test
  void manyBatchesInOneWriteAreAnsweredInOrder() throws IOException {
    sameAsDirect(
        client -> {
          byte[][] batches = new byte[200][];
          for (int i = 0; i < batches.length; i++) {
            batches[i] = all(statement("SELECT $1::int * 2", Integer.toString(i)), sync());
          }
          client.send(batches);
          for (int i = 0; i < batches.length; i++) {
            client.untilReady();
          }
        });
  }

  @Test
  void anErrorInABatchSkipsToItsSyncAndNoFurther() throws IOException {
    sameAsDirect(
        client -> {
          client.send(
              statement("SELECT 1"),
              statement("SELECT 1/0"),
              statement("SELECT 'skipped'"),
              parse("skipped", "SELECT 'skipped too'"),
              sync(),
              statement("SELECT 'next batch'"),
              sync(),
              query("SELECT 'simple after it'"),
              statement("SELEC"),
              closeStatement("skipped"),
              sync(),
              statement("SELECT 'last'"),
              sync());
          for (int i = 0; i < 5; i++) {
            client.untilReady();
          }
          client.send(bind("", "skipped"), execute("", 0), sync());
          client.untilReady();
        });
  }

  @Test
  void aStatementThatABatchBeforeFailedToPrepareIsUnknown() throws IOException {
    try (RawClient client = logIn()) {
      client.send(
          statement("SELECT 1/0"),
          parse("skipped", "SELECT 1"),
          sync(),
          bind("", "skipped"),
          execute("", 0),
          sync());
      client.untilReady();
      assertThat(client.receive().sqlState()).isEqualTo("26000");
      client.untilReady();
      client.send(parse("skipped", "SELECT 'free'"), bind("", "skipped"), execute("", 0), sync());
      assertThat(client.untilReady())
          .extracting(Message::type)
          .containsExactly('1', '2', 'D', 'C', 'Z');
    }
  }

  @Test
  void anErrorInABatchUndoesTheWholeBatch() throws IOException {
    sameAsDirect(
        List.of("DROP TABLE IF EXISTS batch_rows", "CREATE TABLE batch_rows (a int)"),
        client -> {
          client.send(
              statement("INSERT INTO batch_rows VALUES (1)"),
              statement("INSERT INTO batch_rows VALUES (1/0)"),
              sync());
          client.untilReady();
          client.query("SELECT count(*) FROM batch_rows");
        });
  }

  @Test
  void flushBringsAnswersBeforeSync() throws IOException {
    sameAsDirect(
        client -> {
          client.send(parse("f", "SELECT $1::int"), describeStatement("f"), flush());
          client.until('T');
          client.send(bind("", "f", "7"), flush());
          client.until('2');
          client.send(execute("", 0), flush());
          client.until('C');
          client.send(bind("", "f", "not a number"), flush());
          client.until('E');
          client.send(bind("", "f", "8"), execute("", 0), sync());
          client.untilReady();
          client.send(parse("f2", "SELECT 1"), flush());
          client.until('1');
          client.send(closeStatement("f2"), flush());
          client.until('3');
          client.send(parse("f2", "SELECT 2"), flush());
          client.until('1');
          client.send(sync());
          client.untilReady();
        });
  }

  @Test
  void aPortalIsReadInPiecesInATransaction() throws IOException {
    sameAsDirect(
        client -> {
          client.query("BEGIN");
          client.send(
              parse("", "SELECT generate_series(1, $1::int)"),
              bind("cursor", "", "10"),
              describePortal("cursor"),
              execute("cursor", 4),
              sync());
          client.untilReady();
          client.send(execute("cursor", 4), sync());
          client.untilReady();
          client.query("SELECT 'something else between'");
          client.send(execute("cursor", 4), sync());
          client.untilReady();
          client.send(execute("cursor", 4), sync());
          client.untilReady();
          client.send(closePortal("cursor"), sync());
          client.untilReady();
          client.send(execute("cursor", 4), sync());
          client.untilReady();
          client.query("ROLLBACK");
        });
  }

  @Test
  void twoPortalsAreReadInTurn() throws IOException {
    sameAsDirect(
        client -> {
          client.send(
              statement("BEGIN"),
              parse("s", "SELECT $1::text || g FROM generate_series(1, 3) g"),
              bind("a", "s", "a"),
              bind("b", "s", "b"),
              execute("a", 2),
              execute("b", 1),
              execute("a", 2),
              execute("b", 0),
              statement("COMMIT"),
              sync());
          client.untilReady();
        });
  }

  @Test
  void aPortalEndsWithItsTransaction() throws IOException {
    sameAsDirect(
        client -> {
          client.send(
              parse("", "SELECT generate_series(1, 10)"), bind("p", ""), execute("p", 2), sync());
          client.untilReady();
          client.send(execute("p", 2), sync());
          client.untilReady();
        });
  }

  @Test
  void statementsThatReturnNothingAreDescribed() throws IOException {
    sameAsDirect(
        List.of("DROP TABLE IF EXISTS nothing_back", "CREATE TABLE nothing_back (a int, b text)"),
        client -> {
          client.send(
              parse("", "INSERT INTO nothing_back VALUES ($1, $2)"),
              describeStatement(""),
              bind("", "", "1", "x"),
              describePortal(""),
              execute("", 0),
              sync());
          client.untilReady();
          client.send(statement(""), sync());
          client.untilReady();
          client.send(statement("INSERT INTO nothing_back VALUES (2) RETURNING a, b"), sync());
          client.untilReady();
        });
  }

  @Test
  void emptyAndForbiddenStatementsAreAnsweredAsByTheServer() throws IOException {
    sameAsDirect(
        client -> {
          client.send(statement("SELECT 1; SELECT 2"), sync());
          client.untilReady();
          client.send(parse("", "SELECT $1::int"), bind("", ""), execute("", 0), sync());
          client.untilReady();
          client.send(bind("", "unknown"), sync());
          client.untilReady();
          client.send(describeStatement("unknown"), sync());
          client.untilReady();
          client.send(describePortal("unknown"), sync());
          client.untilReady();
          client.send(execute("unknown", 0), sync());
          client.untilReady();
        });
  }

  @Test
  void transactionControlWorksInTheExtendedProtocol() throws IOException {
    sameAsDirect(
        client -> {
          client.send(statement("BEGIN"), sync());
          client.untilReady();
          client.send(statement("SELECT 1/0"), sync());
          client.untilReady();
          client.send(statement("SELECT 'refused'"), sync());
          client.untilReady();
          client.send(statement("COMMIT"), sync());
          client.untilReady();
          client.send(statement("BEGIN"), statement("SELECT 2"), statement("COMMIT"), sync());
          client.untilReady();
        });
  }

  @Test
  void aBindLargerThanTheReadBuffersIsForwarded() throws IOException {
    String large = "abcdefghij".repeat(700_000);
    try (RawClient client = logIn()) {
      client.send(
          parse("large", "SELECT md5($1::text), length($2::text)"),
          bind("", "large", large, large),
          execute("", 0),
          sync());
      List<String> row = last(client.until('D')).columns();
      assertThat(row).containsExactly(md5(large), "7000000");
      client.untilReady();
      client.send(bind("", "large", "a", "b"), execute("", 0), sync());
      assertThat(client.untilReady()).extracting(m -> m.type()).containsExactly('2', 'D', 'C', 'Z');
    }
  }

  @Test
  void batchesLargerThanTheReadBuffersAreForwarded() throws IOException {
    try (RawClient client = logIn()) {
      byte[][] batch = new byte[2_001][];
      for (int i = 0; i < 2_000; i++) {
        batch[i] = statement("SELECT length($1::text)", "x".repeat(i));
      }
      batch[2_000] = sync();
      Thread writer = sendAside(client, batch);
      for (int i = 0; i < 2_000; i++) {
        assertThat(last(client.until('D')).columns()).containsExactly(Integer.toString(i));
      }
      client.untilReady();
      assertThat(writer).satisfies(t -> t.join());
    }
  }

  private static Message last(List<Message> messages) {
    return messages.get(messages.size() - 1);
  }

  private static Thread sendAside(RawClient client, byte[]... pieces) {
    Thread writer =
        new Thread(
            () -> {
              try {
                client.send(pieces);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            },
            "writer");
    writer.start();
    return writer;
  }

  private static String md5(String text) {
    try {
      return java.util.HexFormat.of()
          .formatHex(
              java.security.MessageDigest.getInstance("MD5")
                  .digest(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void simpleAndExtendedStatementsMix() throws IOException {
    sameAsDirect(
        client -> {
          client.send(
              statement("SELECT 'no sync'"),
              query("SELECT 'a simple query ends the batch'"),
              statement("SELECT 'another'"),
              sync());
          client.untilReady();
          client.untilReady();
          client.send(statement("BEGIN"), query("SELECT 'in it'"), statement("COMMIT"), sync());
          client.untilReady();
          client.untilReady();
        });
  }

  @Test
  void aBatchWithoutSyncKeepsItsTransactionOpen() throws IOException {
    sameAsDirect(
        List.of("DROP TABLE IF EXISTS open_batch", "CREATE TABLE open_batch (a int)"),
        client -> {
          client.send(statement("INSERT INTO open_batch VALUES (1)"), flush());
          client.until('C');
          try (RawClient other = RawClient.logIn(client.target())) {
            assertThat(other.value("SELECT count(*) FROM open_batch")).isEqualTo("0");
          }
          client.send(sync());
          client.untilReady();
          client.query("SELECT count(*) FROM open_batch");
        });
  }

  @Test
  void explicitTypesAndBinaryFormatsPassUnchanged() throws IOException {
    byte[] binaryBind =
        dev.heimdall.test.fixture.Frontend.message(
            'B',
            new byte[] {
              0,
              0, // no names
              0,
              1,
              0,
              1, // one format: binary
              0,
              1,
              0,
              0,
              0,
              4,
              0,
              0,
              0,
              42, // one parameter
              0,
              1,
              0,
              1 // results: binary
            });
    List<String> messages =
        sameAsDirect(
            client -> {
              client.send(parse("", "SELECT $1::int4", 23), binaryBind, execute("", 0), sync());
              client.untilReady();
            });
    assertThat(messages).anyMatch(m -> m.startsWith("DataRow"));
  }
}
