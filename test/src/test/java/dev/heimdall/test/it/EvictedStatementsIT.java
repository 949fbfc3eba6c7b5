package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;

import dev.heimdall.test.fixture.Comparison;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that prepare more statements than the node lets a server connection keep. */
@ParameterizedClass(name = "perServer {0}")
@ValueSource(ints = {1, 2})
class EvictedStatementsIT {
  private static TestNode node;

  @Parameter int perServer;

  @BeforeParameterizedClassInvocation
  static void start(int perServer) {
    node =
        TestNode.start(
            c -> c.node("loops", 1).vdb("pool.size", 1).vdb("prepared.perServer", perServer));
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    node.close();
  }

  private static byte[] run(String name) {
    return all(bind("", name), execute("", 0));
  }

  private static void prepareThree(RawClient client) throws IOException {
    for (String name : new String[] {"a", "b", "c"}) {
      client.send(parse(name, "SELECT '" + name + "'"), describeStatement(name), sync());
      client.untilReady();
    }
  }

  private static void runEach(RawClient client) throws IOException {
    for (String name : new String[] {"a", "b", "c", "a"}) {
      client.send(run(name), sync());
      client.untilReady();
    }
  }

  @Test
  void anErrorAheadOfTheCloseOfAnEvictedStatementLeavesItUsable() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          prepareThree(client);
          for (String next : new String[] {"a", "b", "c"}) {
            client.send(statement("SELECT 1/0"), run(next), sync());
            client.untilReady();
            runEach(client);
          }
        });
  }

  @Test
  void theNextBatchDoesNotWaitToLearnWhetherTheCloseWasSkipped() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          prepareThree(client);
          client.send(
              all(statement("SELECT 1/0"), run("a"), run("b"), sync()),
              all(run("c"), run("b"), sync()),
              all(run("a"), statement("SELECT 2/0"), run("c"), sync()),
              all(run("c"), run("b"), run("a"), sync()));
          for (int i = 0; i < 4; i++) {
            client.untilReady();
          }
          runEach(client);
        });
  }

  @Test
  void aParseThatEvictsAndFailsLeavesTheOthersUsable() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          prepareThree(client);
          client.send(parse("wrong", "SELECT nothing"), run("a"), sync());
          client.untilReady();
          client.send(statement("SELECT 1/0"), parse("d", "SELECT 'd'"), run("a"), sync());
          client.untilReady();
          runEach(client);
        });
  }

  @Test
  void whatAFailedTransactionEvictsIsUsableAfterwards() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          client.query("PREPARE p AS SELECT 'p'");
          client.query("PREPARE q AS SELECT 'q'");
          client.query("PREPARE r AS SELECT 'r'");
          for (String name : new String[] {"p", "q", "r"}) {
            client.query("BEGIN");
            client.query("SELECT 1/0");
            client.query("EXECUTE " + name);
            client.query("ROLLBACK");
            client.query("EXECUTE p");
            client.query("EXECUTE q");
            client.query("EXECUTE r");
          }
        });
  }

  @Test
  void executesInAPipelineMayEvictEachOther() throws IOException {
    Comparison.sameAsDirect(
        node.target(),
        client -> {
          client.query("PREPARE p AS SELECT 'p'");
          client.query("PREPARE q AS SELECT 'q'");
          prepareThree(client);
          client.send(
              query("EXECUTE p"),
              query("EXECUTE q"),
              query("EXECUTE p"),
              all(run("a"), run("b"), sync()),
              query("EXECUTE q"));
          for (int i = 0; i < 5; i++) {
            client.untilReady();
          }
        });
  }
}
