package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.flush;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Comparison;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** In session mode servers know prepared statements by the names that clients give them. */
class SessionNamesIT {
  private static final String NAMES =
      "SELECT name, statement, from_sql FROM pg_prepared_statements ORDER BY name";

  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(c -> c.vdb("multiplex", false).vdb("pool.size", 1).node("loops", 1));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static void asDirectly(Comparison.Scene scene) throws IOException {
    Comparison.sameAsDirect(node.target(), scene);
  }

  @Test
  void textThatIsPutTogetherFindsThem() throws IOException {
    asDirectly(
        client -> {
          client.query("PREPARE \"Of \"\"SQL\" (int) AS SELECT $1 + 1 AS n");
          client.send(parse("of_protocol", "SELECT 7 AS n"), sync());
          client.untilReady();
          client.query("DO $$ BEGIN EXECUTE 'EXECUTE \"Of \"\"SQL\"(41)'; END $$");
          client.query("DO $$ BEGIN EXECUTE 'EXECUTE of_protocol'; END $$");
          client.query("DO $$ BEGIN EXECUTE 'DEALLOCATE of_protocol'; END $$");
          client.send(bind("", "of_protocol"), execute("", 0), sync());
          client.untilReady();
          client.query(NAMES);
        });
  }

  @Test
  void theServerListsThemAsTheyWereGiven() throws IOException {
    asDirectly(
        client -> {
          client.query("PREPARE s AS SELECT 1");
          client.send(parse("p", "SELECT 2 AS two"), describeStatement("p"), sync());
          client.untilReady();
          client.query(NAMES);
          client.query("DEALLOCATE s");
          client.query(NAMES);
          client.send(closeStatement("p"), sync());
          client.untilReady();
          client.query(NAMES);
          client.query("PREPARE s AS SELECT 3; SELECT 4");
          client.query("EXECUTE s");
          client.query("DEALLOCATE ALL");
          client.query(NAMES);
          client.query("PREPARE s AS SELECT 5");
          client.query("DISCARD ALL");
          client.query(NAMES);
          client.query("EXECUTE s");
        });
  }

  @Test
  void aNameMayBeGivenAgain() throws IOException {
    asDirectly(
        client -> {
          for (int i = 0; i < 3; i++) {
            client.send(
                parse("again", "SELECT " + i),
                bind("", "again"),
                execute("", 0),
                closeStatement("again"),
                parse("again", "SELECT 'text " + i + "'"),
                bind("", "again"),
                execute("", 0),
                sync(),
                query("EXECUTE again; DEALLOCATE again"),
                query("PREPARE again AS SELECT 1." + i),
                query("EXECUTE again"));
            for (int answers = 0; answers < 4; answers++) {
              client.untilReady();
            }
            client.query("PREPARE again AS SELECT 'taken'");
            client.send(parse("again", "SELECT 'taken'"), sync());
            client.untilReady();
            client.query("SELECT 0; PREPARE again AS SELECT 'taken'");
            client.query("DEALLOCATE again");
            client.query("DEALLOCATE again");
            client.query(NAMES);
          }
        });
  }

  @Test
  void aCloseThatIsSkippedTakesNothingAway() throws IOException {
    asDirectly(
        client -> {
          client.send(parse("kept", "SELECT 'kept'"), sync());
          client.untilReady();
          client.send(
              statement("SELECT 1/0"),
              closeStatement("kept"),
              parse("kept", "SELECT 'another'"),
              sync());
          client.untilReady();
          client.send(bind("", "kept"), execute("", 0), sync());
          client.untilReady();
          client.query("BEGIN");
          client.query("SELECT 1/0");
          client.query("DEALLOCATE kept");
          client.send(closeStatement("kept"), sync());
          client.untilReady();
          client.query("ROLLBACK");
          client.query(NAMES);
          client.send(parse("kept", "SELECT oops oops oops"), sync());
          client.untilReady();
          client.send(parse("kept", "SELECT 'at last'"), flush());
          client.until('1');
          client.send(bind("", "kept"), execute("", 0), sync());
          client.untilReady();
        });
  }

  @Test
  void aRolledBackPrepareStays() throws IOException {
    asDirectly(
        client -> {
          client.query("BEGIN");
          client.query("PREPARE s AS SELECT 1 AS one");
          client.query("DEALLOCATE s");
          client.query("PREPARE s AS SELECT 2 AS two");
          client.query("ROLLBACK");
          client.query("EXECUTE s");
          client.query(NAMES);
        });
  }

  @Test
  void namesThatBeginLikeTheNodesOwnWork() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("PREPARE hd_0_1 AS SELECT 'own'");
      assertThat(client.value("EXECUTE hd_0_1")).isEqualTo("own");
      client.query("DEALLOCATE hd_0_1");
      assertThat(client.query("EXECUTE hd_0_1").get(0).sqlState()).isEqualTo("26000");
    }
  }

  @Test
  void nobodyFindsThoseOfAnother() throws IOException {
    for (String own : new String[] {"SELECT 'first'", "SELECT 2 AS second"}) {
      try (RawClient client = RawClient.logIn(node.target())) {
        assertThat(client.value("SELECT count(*) FROM pg_prepared_statements")).isEqualTo("0");
        client.query("PREPARE same AS " + own);
        client.send(parse("same_too", own), sync());
        client.untilReady();
        assertThat(client.value("EXECUTE same")).isEqualTo(client.value(own));
        assertThat(client.value("SELECT count(*) FROM pg_prepared_statements")).isEqualTo("2");
      }
    }
  }
}
