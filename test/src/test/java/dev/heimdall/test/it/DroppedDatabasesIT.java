package dev.heimdall.test.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Databases that come and go through the node leave no server connections behind. */
@Tag("long")
class DroppedDatabasesIT {
  private static final int DATABASES = 40;

  @BeforeAll
  static void allow() {
    SharedPostgres.primary().execute("ALTER ROLE app CREATEDB");
  }

  @AfterAll
  static void forbid() {
    SharedPostgres.primary().execute("ALTER ROLE app NOCREATEDB");
  }

  @Test
  void databasesThatWereCreatedUsedAndDroppedLeaveNoConnections() throws Exception {
    try (TestNode node =
            TestNode.start(
                c ->
                    c.node("loops", 2)
                        .vdb("other", "address", "127.0.0.1")
                        .vdb("other", "ports", List.of(0))
                        .vdb("other", "source", "main"));
        RawClient administrator = RawClient.logIn(node.target())) {
      for (int i = 0; i < DATABASES; i++) {
        String name = "gone" + i;
        administrator.query("CREATE DATABASE " + name);
        for (String vdb : List.of("app", "other")) {
          List<RawClient> users = new ArrayList<>();
          for (int n = 0; n < 2; n++) {
            RawClient user = RawClient.logIn(node.target(vdb).in(name));
            users.add(user);
            user.query("BEGIN");
            assertThat(user.value("SELECT current_database()")).isEqualTo(name);
          }
          for (RawClient user : users) {
            user.query("COMMIT");
            user.close();
          }
        }
      }
      assertThat(opened("gone%")).as("connections before").isGreaterThan(DATABASES);
      for (int i = 0; i < DATABASES; i++) {
        administrator.query("DROP DATABASE gone" + i);
      }
      assertThat(
              SharedPostgres.value("SELECT count(*) FROM pg_database WHERE datname LIKE 'gone%'"))
          .isEqualTo("0");
      Await.until("connections to dropped databases close", () -> opened("gone%") == 0);
      assertThat(node.servers().stream().filter(s -> s.get("database").startsWith("gone")))
          .as("what the node believes to have")
          .isEmpty();
    }
  }

  private static int opened(String databases) {
    return Integer.parseInt(
        SharedPostgres.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE '" + databases + "'"));
  }
}
