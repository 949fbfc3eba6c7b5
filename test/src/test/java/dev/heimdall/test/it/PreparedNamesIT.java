package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.flush;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;

import dev.heimdall.test.fixture.Comparison;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** When names of prepared statements are given, taken and free, as PostgreSQL has it. */
@ParameterizedClass(name = "multiplex {0}")
@ValueSource(booleans = {true, false})
class PreparedNamesIT {
  private static TestNode node;

  @Parameter boolean multiplex;

  @BeforeParameterizedClassInvocation
  static void start(boolean multiplex) {
    node = TestNode.start(c -> c.vdb("pool.size", 3).vdb("multiplex", multiplex));
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    node.close();
  }

  private static void sameAsDirect(Comparison.Scene scene) throws IOException {
    Comparison.sameAsDirect(node.target(), scene);
  }

  private static void prepare(RawClient client, String name, String sql) throws IOException {
    client.send(parse(name, sql), sync());
    client.untilReady();
  }

  private static void run(RawClient client, String name) throws IOException {
    client.send(bind("", name), execute("", 0), sync());
    client.untilReady();
  }

  /** All that a Flush asks for, of which this is the number. */
  private static void flushed(RawClient client, int messages, byte[]... sent) throws IOException {
    client.send(all(sent), flush());
    for (int i = 0; i < messages; i++) {
      client.receive();
    }
  }

  @Test
  void whatTheNodeAnswersComesAtTheFlush() throws IOException {
    sameAsDirect(
        client -> {
          prepare(client, "first", "SELECT 'kept'");
          prepare(client, "second", "SELECT 'kept'");
          flushed(client, 5, statement("SELECT 'behind a statement'"), closeStatement("first"));
          flushed(client, 1, closeStatement("second"));
          flushed(client, 2, parse("third", "SELECT 'kept'"), closeStatement("none"));
          flushed(client, 3, bind("", "third"), execute("", 0));
          flushed(client, 2, closeStatement("third"), parse("third", "SELECT 'kept'"));
          client.send(sync());
          client.untilReady();
          client.send(statement("SELECT 'one'"), sync(), closeStatement("third"), flush());
          client.untilReady();
          client.receive();
          client.send(statement("SELECT 1/0"), closeStatement("third"), flush());
          client.receive();
          client.receive();
          client.send(closeStatement("third"), flush(), sync());
          client.untilReady();
        });
  }

  @Test
  void aNameWhoseParseFailsIsFreeAtOnce() throws IOException {
    sameAsDirect(
        client -> {
          client.send(parse("n", "SELEC 1"), sync(), parse("n", "SELECT 'now'"), sync());
          client.untilReady();
          client.untilReady();
          run(client, "n");
          client.send(parse("m", "SELECT 'first'"), sync(), parse("m", "SELECT 'second'"), sync());
          client.untilReady();
          client.untilReady();
          run(client, "m");
        });
  }

  @Test
  void aCloseThatAnErrorSkipsLeavesWhatWasParsedWithIt() throws IOException {
    sameAsDirect(
        client -> {
          client.send(
              parse("n", "SELECT 'there'"), statement("SELECT 1/0"), closeStatement("n"), sync());
          client.untilReady();
          run(client, "n");
          client.send(
              parse("m", "SELEC 1"), sync(), statement("SELECT 1/0"), closeStatement("m"), sync());
          client.untilReady();
          client.untilReady();
          run(client, "m");
        });
  }

  @Test
  void aNameWhosePrepareFailsIsFreeAtOnce() throws IOException {
    sameAsDirect(
        client -> {
          client.query("BEGIN");
          client.query("SELECT 1/0");
          client.send(
              query("PREPARE n AS SELECT 'refused'"),
              query("ROLLBACK"),
              query("PREPARE n AS SELECT 'now'"),
              query("EXECUTE n"),
              query("PREPARE n AS SELECT 'again'"));
          for (int i = 0; i < 5; i++) {
            client.untilReady();
          }
          client.query("EXECUTE n");
        });
  }

  @Test
  void aDeallocateBehindAnErrorInATransactionIsNotCarriedOut() throws IOException {
    sameAsDirect(
        client -> {
          client.query("PREPARE n AS SELECT 'there'");
          client.query("BEGIN");
          client.send(query("SELECT 1/0"), query("DEALLOCATE n"), query("ROLLBACK"));
          for (int i = 0; i < 3; i++) {
            client.untilReady();
          }
          client.query("EXECUTE n");
          client.query("BEGIN");
          client.send(query("SELECT 1/0"), query("DEALLOCATE ALL"), query("ROLLBACK"));
          for (int i = 0; i < 3; i++) {
            client.untilReady();
          }
          client.query("EXECUTE n");
        });
  }

  @Test
  void aTakenNameIsTheLastError() throws IOException {
    sameAsDirect(
        client -> {
          prepare(client, "taken", "SELECT 'first'");
          for (String sql :
              List.of(
                  "SELECT 'second'",
                  "SELEC 1",
                  "SELECT 'a'::int",
                  "SELECT nothing FROM nowhere",
                  "SELECT 1; SELECT 2",
                  "SELECT $1",
                  "")) {
            prepare(client, "taken", sql);
          }
          client.query("BEGIN");
          client.query("SELECT 1/0");
          prepare(client, "taken", "SELECT 'second'");
          prepare(client, "taken", "COMMIT");
          prepare(client, "taken", "");
          prepare(client, "free", "SELECT 'second'");
          client.query("ROLLBACK");
          run(client, "taken");
        });
  }

  @Test
  void aTakenNameIsRefusedAmongOtherStatements() throws IOException {
    sameAsDirect(
        client -> {
          client.query("PREPARE q AS SELECT 1");
          client.query("SELECT 0; PREPARE q AS SELECT 2");
          client.query("EXECUTE q");
          client.query("PREPARE p AS SELECT 3; PREPARE p AS SELECT 4");
          client.query("EXECUTE p");
          client.query("DEALLOCATE q; PREPARE q AS SELECT 5; EXECUTE q");
          client.query("EXECUTE q");
          client.query("DEALLOCATE q; EXECUTE q");
          prepare(client, "q", "SELECT 6");
          client.query("SELECT 0; PREPARE q AS SELECT 7");
          run(client, "q");
        });
  }

  @Test
  void aNamePreparedAmongOtherStatementsIsFoundByCode() throws IOException {
    sameAsDirect(
        client -> {
          client.query("SELECT 1; PREPARE found AS SELECT 2");
          client.query("DO $$ BEGIN EXECUTE 'EXECUTE found'; END $$");
          client.query("EXECUTE found");
        });
  }

  @Test
  void whatWasDoneBeforeAnErrorStaysDone() throws IOException {
    sameAsDirect(
        client -> {
          for (String name : List.of("a", "b", "c", "d", "e")) {
            prepare(client, name, "SELECT '" + name + "'");
          }
          client.query("DEALLOCATE a; SELECT 1/0");
          client.query("SELECT 1/0; DEALLOCATE b");
          client.query("EXECUTE a");
          client.query("EXECUTE b");
          client.query("SELECT 1; DEALLOCATE b; DEALLOCATE none; DEALLOCATE c");
          run(client, "b");
          run(client, "c");
          client.send(statement("DEALLOCATE c"), statement("SELECT 1/0"), sync());
          client.untilReady();
          run(client, "c");
          client.send(statement("SELECT 1/0"), statement("DEALLOCATE d"), sync());
          client.untilReady();
          run(client, "d");
          client.query("PREPARE f AS SELECT 'f'; SELECT 1/0");
          client.query("EXECUTE f");
          client.query("SELECT 1/0; PREPARE g AS SELECT 'g'");
          client.query("EXECUTE g");
          client.query("BEGIN");
          client.query("DEALLOCATE d");
          client.query("ROLLBACK");
          client.query("EXECUTE d");
          client.query("DEALLOCATE ALL; SELECT 1/0");
          run(client, "e");
          prepare(client, "e", "SELECT 'again'");
          run(client, "e");
          client.send(statement("DISCARD ALL"), statement("SELECT 1/0"), sync());
          client.untilReady();
          run(client, "e");
          prepare(client, "e", "SELECT 'another'");
          client.send(describeStatement("e"), sync());
          client.untilReady();
          run(client, "e");
        });
  }
}
