package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.copyData;
import static dev.heimdall.test.fixture.Frontend.copyDone;
import static dev.heimdall.test.fixture.Frontend.copyFail;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.flush;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Comparison;
import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("ci")
class CopyIT extends EachNodeKind {
  private static final List<String> EMPTY_TABLE =
      List.of("DROP TABLE IF EXISTS copied", "CREATE TABLE copied (a int, b text)");

  /** The scene, then what the table holds and that the session goes on. */
  private void withTable(Comparison.Scene scene) throws IOException {
    sameAsDirect(
        EMPTY_TABLE,
        client -> {
          scene.play(client);
          client.query("SELECT a, b FROM copied ORDER BY a, b");
        });
  }

  @Test
  void rowsGoInBySimpleQuery() throws IOException {
    withTable(
        client -> {
          client.send(query("COPY copied FROM STDIN"));
          client.until('G');
          client.send(copyData("1\tone\n2\tt"), copyData("wo\n"), copyDone());
          client.untilReady();
        });
  }

  @Test
  void rowsMayBeSentBeforeTheServerAsksForThem() throws IOException {
    withTable(
        client -> {
          client.send(
              query("COPY copied FROM STDIN"),
              copyData("1\tone\n"),
              copyData("2\ttwo\n"),
              copyDone(),
              query("SELECT 'behind it'"));
          client.untilReady();
          client.untilReady();
        });
  }

  @Test
  void aWrongRowFailsTheCopyAndTheRestIsIgnored() throws IOException {
    withTable(
        client -> {
          client.send(query("COPY copied FROM STDIN"));
          client.until('G');
          client.send(copyData("not a number\tx\n"), copyData("3\tx\n"), copyDone());
          client.untilReady();
          client.send(query("COPY copied FROM STDIN"));
          client.until('G');
          client.send(copyData("4\tx\n"), copyData("5\n"));
          client.untilReady();
          client.send(copyData("6\tx\n"), copyDone());
        });
  }

  @Test
  void theClientCallsItOff() throws IOException {
    withTable(
        client -> {
          client.send(query("COPY copied FROM STDIN"));
          client.until('G');
          client.send(copyData("1\tone\n"), copyFail("changed my mind"));
          client.untilReady();
          client.send(query("COPY copied FROM STDIN"), copyFail("at once"));
          client.untilReady();
        });
  }

  @Test
  void anotherMessageInTheMiddleOfACopyIsRefusedAndNobodyElseSuffers() throws IOException {
    try (RawClient client = logIn()) {
      client.query("CREATE TEMP TABLE disturbed (a int)");
      client.send(query("COPY disturbed FROM STDIN"));
      client.until('G');
      client.send(copyData("1\n"), query("SELECT 'not now'"));
      assertThat(client.receive().sqlState()).isEqualTo("08P01");
    }
    try (RawClient other = logIn()) {
      assertThat(other.value("SELECT 1")).isEqualTo("1");
    }
  }

  @Test
  void syncAndFlushInTheMiddleOfACopyAreIgnored() throws IOException {
    withTable(
        client -> {
          client.send(query("COPY copied FROM STDIN"));
          client.until('G');
          client.send(copyData("1\tone\n"), sync(), flush(), copyData("2\ttwo\n"), copyDone());
          client.untilReady();
        });
  }

  @Test
  void rowsGoInByTheExtendedProtocol() throws IOException {
    withTable(
        client -> {
          client.send(parse("", "COPY copied FROM STDIN"), bind("", ""), execute("", 0), flush());
          client.until('G');
          client.send(copyData("1\tone\n"), copyDone(), sync());
          client.untilReady();
        });
  }

  @Test
  void aSyncSentUpFrontIsIgnoredDuringTheCopy() throws IOException {
    withTable(
        client -> {
          client.send(statement("COPY copied FROM STDIN"), sync());
          client.until('G');
          client.send(copyData("1\tone\n"), copyDone(), sync());
          client.untilReady();
          client.send(
              statement("COPY copied FROM STDIN"),
              sync(),
              copyData("2\ttwo\n"),
              copyDone(),
              sync(),
              query("SELECT 'behind it'"));
          client.untilReady();
          client.untilReady();
        });
  }

  @Test
  void aFailedCopyByTheExtendedProtocolSkipsToSync() throws IOException {
    withTable(
        client -> {
          client.send(statement("COPY copied FROM STDIN"), flush());
          client.until('G');
          client.send(copyData("x\ty\n"));
          client.until('E');
          client.send(copyData("2\ttwo\n"), copyDone(), statement("SELECT 'skipped'"), sync());
          client.untilReady();
          client.send(statement("COPY copied FROM STDIN"), flush());
          client.until('G');
          client.send(copyFail("no"), sync());
          client.untilReady();
        });
  }

  @Test
  void aCopyIntoNowhereIsAnErrorAndItsDataIsIgnored() throws IOException {
    withTable(
        client -> {
          client.send(query("COPY nowhere FROM STDIN"), copyData("1\tone\n"), copyDone());
          client.untilReady();
          client.send(
              statement("COPY nowhere FROM STDIN"), copyData("1\tone\n"), copyDone(), sync());
          client.untilReady();
        });
  }

  @Test
  void twoCopiesInOneQuery() throws IOException {
    withTable(
        client -> {
          client.send(query("COPY copied FROM STDIN; COPY copied FROM STDIN; SELECT 'third'"));
          client.until('G');
          client.send(copyData("1\tone\n"), copyDone());
          client.until('G');
          client.send(copyData("2\ttwo\n"), copyDone());
          client.untilReady();
        });
  }

  @Test
  void rowsComeOut() throws IOException {
    sameAsDirect(
        client -> {
          client.query("COPY (SELECT g, 'row ' || g FROM generate_series(1, 300) g) TO STDOUT");
          client.send(
              statement("COPY (SELECT 1) TO STDOUT"), sync(), query("COPY (SELECT 2) TO STDOUT"));
          client.untilReady();
          client.untilReady();
        });
  }

  @Test
  void aCopyOutThatFailsMidwayEndsInItsError() throws IOException {
    sameAsDirect(
        client -> {
          client.query("COPY (SELECT 10 / (5 - g) FROM generate_series(1, 9) g) TO STDOUT");
          client.send(
              statement("COPY (SELECT 10 / (5 - g) FROM generate_series(1, 9) g) TO STDOUT"),
              sync());
          client.untilReady();
        });
  }

  @Test
  void aHundredMegabytesGoInAndOutInBoundedMemory() throws IOException {
    byte[] chunk = all(copyData(("7\t" + "x".repeat(1021) + "\n").repeat(64)));
    try (RawClient client = logIn();
        MemoryWatch memory = new MemoryWatch()) {
      client.query("CREATE TEMP TABLE large_copy (a int, b text)");
      client.query("BEGIN");
      client.send(query("COPY large_copy FROM STDIN"));
      client.until('G');
      for (int i = 0; i < 1_600; i++) {
        client.send(chunk);
      }
      client.send(copyDone());
      assertThat(client.untilReady().get(0).text()).isEqualTo("COPY 102400");

      client.send(query("COPY large_copy TO STDOUT"));
      client.until('H');
      long bytes = 0;
      for (var message = client.receive(); message.type() == 'd'; message = client.receive()) {
        bytes += message.body().length;
      }
      assertThat(bytes).isEqualTo(102400L * 1024);
      client.untilReady();
      client.query("ROLLBACK");
      assertThat(memory.mostDirectMemory()).isLessThan(48L << 20);
    }
  }
}
