package dev.heimdall.test.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A session that calls what the catalogue cannot tell of yet keeps its server connection until it
 * can, and no longer if the call has left the session as it was.
 */
class DoubtedCallsIT {
  private static final String READER = "reader_of_doubts";
  private static final String HARMLESS =
      "CREATE OR REPLACE FUNCTION doubted() RETURNS int LANGUAGE sql AS 'SELECT 7'";
  private static final String SETS =
      "CREATE OR REPLACE FUNCTION doubted() RETURNS int LANGUAGE plpgsql AS $$ BEGIN"
          + " PERFORM pg_advisory_lock(7171); RETURN 8; END $$";

  private static TestNode node;

  @BeforeAll
  static void start() {
    SharedPostgres.primary()
        .execute(
            "DROP ROLE IF EXISTS " + READER,
            "CREATE ROLE " + READER + " LOGIN PASSWORD '" + READER + "'");
    node =
        TestNode.start(
            c ->
                c.source("catalog.user", READER)
                    .source("catalog.password", READER)
                    .vdb("pool.size", 3));
  }

  @AfterAll
  static void stop() {
    node.close();
    past("DROP FUNCTION IF EXISTS doubted()");
    SharedPostgres.primary().execute("DROP ROLE " + READER);
  }

  @BeforeEach
  void forget() {
    past("DROP FUNCTION IF EXISTS doubted()");
  }

  private static void past(String sql) {
    SharedPostgres.primary().executeIn(SharedPostgres.DATABASE, sql);
  }

  private static void awaitFree(RawClient client) {
    Await.until(
        "it is free",
        Duration.ofSeconds(45),
        () -> node.pinReason(client) == null,
        () -> node.pinReason(client));
  }

  @Test
  void whatASessionMakesAndCallsInATransactionPinsItUntilTheCatalogueHasIt() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query(HARMLESS);
      for (int i = 0; i < 40; i++) {
        assertThat(client.value("SELECT doubted() + 0 * " + i)).isEqualTo("7");
      }
      client.query("COMMIT");
      awaitFree(client);
    }
  }

  @Test
  void whatWasMadeWhileTheCatalogueCouldNotBeReadPinsUntilItCan() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.value("SELECT now()");
      SharedPostgres.primary()
          .execute(
              "ALTER ROLE " + READER + " NOLOGIN",
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                  + READER
                  + "'");
      try {
        past(HARMLESS);
        assertThat(client.value("SELECT doubted()")).isEqualTo("7");
        assertThat(node.pinReason(client)).contains("doubted");
      } finally {
        SharedPostgres.primary().execute("ALTER ROLE " + READER + " LOGIN");
      }
      awaitFree(client);
    }
  }

  @Test
  void aFunctionThatIsNotTherePinsNobody() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      assertThat(client.query("SELECT doubted(1, 2, 3)").toString()).contains("42883");
      awaitFree(client);
      client.query("BEGIN");
      client.query("SELECT doubted(1, 2, 3)");
      client.query("ROLLBACK");
      awaitFree(client);
    }
  }

  @Test
  void whatHasLeftSomethingPinsForGood() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query(SETS);
      client.value("SELECT doubted()");
      client.query("COMMIT");
      // By then the catalogue has been compared: what others call is certain.
      try (RawClient other = RawClient.logIn(node.target())) {
        other.query("BEGIN; SELECT count(*) FROM pg_class; COMMIT");
        other.query("SELECT not_there()");
        awaitFree(other);
      }
      assertThat(node.pinReason(client)).contains("doubted");
    }
  }

  @Test
  void whatTheSessionHasRedefinedSinceItsCallPinsForGood() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      client.query("BEGIN");
      client.query(SETS);
      client.value("SELECT doubted()");
      client.query(HARMLESS);
      client.query("COMMIT");
      other.query("SELECT not_there()");
      awaitFree(other);
      assertThat(node.pinReason(client)).contains("doubted");
      assertThat(other.value("SELECT pg_try_advisory_lock(7171)")).isEqualTo("f");
    }
  }
}
