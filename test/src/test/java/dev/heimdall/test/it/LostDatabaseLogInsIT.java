package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Databases that are dropped past the node, with force, while clients and pools use them. */
@Timeout(60)
class LostDatabaseLogInsIT {
  private static final String GONE = "gone_by_force";

  @BeforeEach
  void create() {
    SharedPostgres.createDatabase(GONE);
  }

  @AfterEach
  void drop() {
    SharedPostgres.primary().execute("DROP DATABASE IF EXISTS " + GONE + " WITH (FORCE)");
  }

  private static Message refusal(Target target) {
    RawClient.ErrorReceived refused =
        catchThrowableOfType(RawClient.ErrorReceived.class, () -> RawClient.logIn(target).close());
    assertThat(refused).as("its log-in").isNotNull();
    return refused.error();
  }

  private static void isUnknown(Message error, String severity) {
    assertThat(error.fields())
        .containsEntry('V', severity)
        .containsEntry('C', "3D000")
        .containsEntry('M', "database \"" + GONE + "\" does not exist");
  }

  private static void answersUnknown(RawClient client) throws Exception {
    isUnknown(client.query("SELECT current_database()").get(0), "ERROR");
  }

  @Test
  void areToldAtTheFirstStatementAndFromThenOnAtTheLogInAsDirectly() throws Exception {
    try (TestNode node = TestNode.start(c -> c.node("loops", 2))) {
      try (RawClient client = RawClient.logIn(node.target().in(GONE))) {
        assertThat(client.value("SELECT current_database()")).isEqualTo(GONE);
      }
      drop();
      isUnknown(refusal(SharedPostgres.target().in(GONE)), "FATAL");
      Await.until("its connections have ended", () -> pooled(node) == 0);
      try (RawClient first = RawClient.logIn(node.target().in(GONE))) {
        answersUnknown(first);
      }
      for (int i = 0; i < 4; i++) {
        isUnknown(refusal(node.target().in(GONE)), "FATAL");
      }
      SharedPostgres.createDatabase(GONE);
      try (RawClient client = RawClient.logIn(node.target().in(GONE))) {
        assertThat(client.value("SELECT current_database()")).isEqualTo(GONE);
      }
    }
  }

  /** Sessions of before go on when the database is there again, and in no other one until then. */
  @Test
  void goOnWithTheDatabaseThatIsMadeAgain() throws Exception {
    try (TestNode node = TestNode.start(c -> c.node("loops", 1));
        RawClient idle = RawClient.logIn(node.target().in(GONE));
        RawClient open = RawClient.logIn(node.target().in(GONE))) {
      idle.value("SELECT 1");
      open.query("BEGIN");
      open.value("SELECT 1");
      drop();
      Await.until("its connections have ended", () -> pooled(node) == 0);
      answersUnknown(idle);
      assertThat(open.query("SELECT 2").get(0).fields()).containsEntry('C', "57P01");
      answersUnknown(open);
      SharedPostgres.createDatabase(GONE);
      open.query("ROLLBACK");
      for (RawClient client : List.of(idle, open)) {
        assertThat(client.value("SELECT current_database()")).isEqualTo(GONE);
      }
    }
  }

  private static long pooled(TestNode node) {
    return node.servers().stream().filter(s -> s.get("database").equals(GONE)).count();
  }
}
