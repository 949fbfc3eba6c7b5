package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;

import dev.heimdall.test.fixture.RawClient;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names that SQL gives and takes amid batches, and what an error leaves of the unnamed one. */
class NamesInBatchesIT extends EachNodeKind {
  private static void batch(RawClient client, byte[]... messages) throws IOException {
    client.send(all(messages), sync());
    client.untilReady();
  }

  private static byte[] run(String name) {
    return all(bind("", name), execute("", 0));
  }

  @Test
  void aNameThatWasDeallocatedIsFreeForTheRestOfTheBatch() throws IOException {
    for (String free : List.of("DEALLOCATE s8", "DEALLOCATE ALL", "DISCARD ALL")) {
      for (String name : List.of("s8", "s9")) {
        for (String text : List.of("SELECT 'eight'", "SELECT 'nine'")) {
          sameAsDirect(
              client -> {
                batch(client, parse("s8", "SELECT 'eight'"));
                batch(client, run("s8"));
                batch(client, statement(free), parse(name, text), run(name));
                batch(client, run(name));
                batch(client, run("s8"));
                batch(client, parse("s8", "SELECT 'again'"), run("s8"));
                batch(client, parse("s7", "SELECT 'eight'"));
                batch(client, statement(free), run("s7"), statement(free));
                batch(client, run("s7"));
                batch(client, run("s8"));
                batch(client, parse("s8", "SELECT 'eight'"), run("s8"));
              });
        }
      }
    }
  }

  /** The portal takes the names when it is run, and not before. */
  @Test
  void aNameIsFreeWhenThePortalIsRun() throws IOException {
    for (String free : List.of("DEALLOCATE s8", "DEALLOCATE ALL", "DISCARD ALL")) {
      sameAsDirect(
          client -> {
            batch(client, parse("s8", "SELECT 'eight'"), parse("free", free));
            batch(client, bind("p", "free"), run("s8"));
            batch(client, bind("", "free"), run("s8"));
            batch(client, run("s8"));
            batch(client, describeStatement("free"));
            batch(client, parse("", free), describeStatement(""));
            batch(client, run("s8"));
            batch(client, bind("p", "free"), bind("q", "s8"), execute("p", 0), execute("q", 0));
            batch(client, run("s8"));
            batch(client, parse("s8", "SELECT 'eight'"), run("s8"));
          });
    }
  }

  /** What other names there are is the same, and what is behind the batch already. */
  @Test
  void allNamesAreFreeForTheRestOfTheBatch() throws IOException {
    for (String free : List.of("DEALLOCATE ALL", "DISCARD ALL")) {
      sameAsDirect(
          client -> {
            for (int times = 0; times < 3; times++) {
              batch(client, parse("a", "SELECT 'a'"), parse("b", "SELECT 'b'"));
              batch(client, statement(free), parse("c", "SELECT 'a'"), run("c"), run("b"));
              batch(client, run("c"));
              batch(client, run("a"));
              batch(client, parse("b", "SELECT 'b'"), run("b"));
              batch(client, parse("b", "SELECT 'b'"), run("b"));
              client.query("DEALLOCATE ALL");
              batch(client, parse("a", "SELECT 'a'"));
              client.send(
                  all(statement(free), sync()),
                  all(run("a"), sync()),
                  all(parse("a", "SELECT 'b'"), run("a"), sync()));
              for (int i = 0; i < 3; i++) {
                client.untilReady();
              }
              batch(client, run("a"));
              client.query("DEALLOCATE ALL");
            }
          });
    }
  }

  @Test
  void aNameThatIsDeallocatedBehindAnErrorStays() throws IOException {
    for (String free : List.of("DEALLOCATE s8", "DEALLOCATE ALL", "DISCARD ALL")) {
      sameAsDirect(
          client -> {
            batch(client, parse("s8", "SELECT 'eight'"));
            batch(client, statement("SELECT 1"), statement(free), parse("s9", "SELECT 'eight'"));
            batch(client, run("s8"));
            batch(client, run("s9"));
            client.query("DEALLOCATE ALL");
            batch(client, parse("s8", "SELECT 'eight'"));
            batch(client, statement("SELECT 1/0"), statement(free), parse("s9", "SELECT 'eight'"));
            batch(client, run("s8"));
            batch(client, run("s9"));
            batch(client, statement(free), statement("SELECT 1/0"), parse("s9", "SELECT 'eight'"));
            batch(client, run("s8"));
            batch(client, parse("s9", "SELECT 'eight'"), run("s9"));
          });
    }
  }

  @Test
  void sqlGivesAndTakesNamesInOneBatch() throws IOException {
    for (String free : List.of("DEALLOCATE q", "DEALLOCATE ALL", "DISCARD ALL")) {
      sameAsDirect(
          client -> {
            client.query("PREPARE q AS SELECT 'first'");
            batch(
                client,
                statement(free),
                statement("PREPARE q AS SELECT 'second'"),
                statement("EXECUTE q"));
            client.query("EXECUTE q");
            batch(client, statement("PREPARE p AS SELECT 'p'"), statement("EXECUTE p"));
            client.query("EXECUTE p");
          });
    }
  }

  @Test
  void whatIsPreparedByOneQueryIsThereForTheNext() throws IOException {
    for (boolean parsed : List.of(true, false)) {
      sameAsDirect(
          client -> {
            if (parsed) {
              batch(client, statement("PREPARE p1 AS SELECT 1"));
            } else {
              client.query("SELECT 1; PREPARE p1 AS SELECT 1");
            }
            for (String name : List.of("p2", "p3")) {
              client.send(
                  query("PREPARE " + name + " AS SELECT '" + name + "'"),
                  query("EXECUTE " + name),
                  query("EXECUTE p1"));
              for (int i = 0; i < 3; i++) {
                client.untilReady();
              }
              client.query("EXECUTE " + name);
            }
            client.send(query("DEALLOCATE p2"), query("PREPARE p2 AS SELECT 'again'"));
            client.untilReady();
            client.untilReady();
            client.query("EXECUTE p2");
          });
    }
  }

  /** Not the name that a statement has on the server, and not another one of the same text. */
  @Test
  void errorsHaveTheNameThatWasUsed() throws IOException {
    byte[] wrongA = all(bind("", "a", "1", "2"), execute("", 0));
    byte[] wrongB = all(bind("", "b", "1", "2"), execute("", 0));
    byte[] wrong = all(bind("", "", "1", "2"), execute("", 0));
    for (String sql : List.of("SELECT 'named'", "SELECT $1::text")) {
      sameAsDirect(
          client -> {
            batch(client, parse("a", sql), parse("b", sql), parse("", sql));
            for (byte[] each : List.of(wrongB, wrongA, wrongB, wrong, wrongA)) {
              batch(client, each);
            }
            batch(client, wrongA, closeStatement("a"));
            client.send(
                all(wrongA, sync()),
                all(closeStatement("a"), sync()),
                all(wrong, sync()),
                all(parse("", "SELECT 'another'"), sync()));
            for (int i = 0; i < 4; i++) {
              client.untilReady();
            }
            batch(client, wrongB, statement("DEALLOCATE b"));
            batch(client, wrongB, statement("DEALLOCATE ALL"));
          });
    }
  }

  @Test
  void anUnknownNameThatCouldBeTheNodesIsTheClientsInErrors() throws IOException {
    for (String name : List.of("hd_0_1", "hd_1")) {
      sameAsDirect(
          client -> {
            batch(client, run(name));
            batch(client, describeStatement(name));
            client.query("EXECUTE " + name);
            client.query("EXECUTE \"" + name + "\"(1)");
            client.query("DEALLOCATE " + name);
            batch(client, statement("EXECUTE " + name));
            batch(client, statement("DEALLOCATE " + name));
            batch(client, parse(name, "SELECT 1"), run(name));
            batch(client, parse(name, "SELECT 1"), run(name));
            batch(client, run(name));
            batch(client, all(bind("", name, "1"), execute("", 0)));
          });
    }
  }

  @Test
  void anUnnamedStatementOutlivesWhatAnErrorSkips() throws IOException {
    for (byte[] skipped :
        List.of(
            parse("", "SELECT 'skipped'"),
            closeStatement(""),
            all(closeStatement(""), parse("", "SELECT 'skipped'")),
            all(parse("", "SELECT 'skipped'"), closeStatement("")),
            all(parse("", "SELECT 'skipped'"), run("")))) {
      for (String sql : List.of("SELECT 'lives'", "BEGIN", "SHOW work_mem")) {
        sameAsDirect(
            client -> {
              batch(client, parse("failing", "SELECT 1/0"));
              for (int times = 0; times < 3; times++) {
                batch(client, parse("", sql));
                batch(client, run("failing"), skipped);
                batch(client, describeStatement(""));
                batch(client, run(""));
                client.query("ROLLBACK");
                batch(client, run(""));
              }
            });
      }
    }
  }

  /** The next batches are there before the first is answered. */
  @Test
  void anUnnamedStatementOutlivesWhatAnErrorSkipsForTheBatchesBehind() throws IOException {
    byte[] failing = all(run("failing"), parse("", "SELECT 'skipped'"), run(""), sync());
    byte[] closing = all(run("failing"), closeStatement(""), sync());
    byte[] replacing = all(parse("", "SELECT 'new'"), sync());
    byte[] wrong = all(parse("", "SELEC"), sync());
    byte[] running = all(describeStatement(""), run(""), sync());
    for (byte[][] batches :
        new byte[][][] {
          {failing, running},
          {failing, failing, running},
          {closing, running},
          {closing, failing, closing, running},
          {failing, replacing, running},
          {failing, replacing, failing, running},
          {wrong, running},
          {wrong, replacing, running},
          {replacing, failing, wrong, failing, running},
          {failing, wrong, failing, replacing, closing, running}
        }) {
      sameAsDirect(
          client -> {
            batch(client, parse("failing", "SELECT 1/0"));
            batch(client, parse("", "SELECT 'lives'"));
            client.send(batches);
            for (int i = 0; i < batches.length; i++) {
              client.untilReady();
            }
            batch(client, run(""));
          });
    }
  }

  @Test
  void anUnnamedStatementWhoseParseFailsIsGone() throws IOException {
    sameAsDirect(
        client -> {
          batch(client, parse("", "SELECT 'lives'"));
          batch(client, parse("", "SELEC"));
          batch(client, run(""));
          batch(client, parse("", "SELECT 'lives'"));
          batch(client, parse("", "SELEC"), parse("", "SELECT 'skipped'"));
          batch(client, run(""));
          batch(client, parse("", "SELECT 'lives'"));
          batch(client, closeStatement(""), statement("SELECT 1/0"));
          batch(client, run(""));
        });
  }

  /**
   * A server ignores it like all else up to the Sync, which therefore waits for no effect of it.
   */
  @Test
  void aQueryBehindAnErrorIsSkippedWhateverItChanges() throws IOException {
    for (String skipped :
        List.of("DISCARD ALL", "DEALLOCATE ALL", "DEALLOCATE s8", "RESET ALL", "SELECT 1")) {
      sameAsDirect(
          client -> {
            batch(client, parse("s8", "SELECT 'eight'"));
            client.send(all(bind("", "nothing"), query(skipped), sync()), query("SELECT 'after'"));
            client.untilReady();
            client.untilReady();
            batch(client, run("s8"));
          });
    }
  }
}
