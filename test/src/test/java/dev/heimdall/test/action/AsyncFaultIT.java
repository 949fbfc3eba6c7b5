package dev.heimdall.test.action;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.action.Submission;
import dev.heimdall.launcher.postgres.PostgresCluster;
import dev.heimdall.launcher.postgres.StopMode;
import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.SharedPostgres;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AsyncFaultIT {
  @TempDir private Path directory;

  /** Ends the one connection of the node's that is at work, once it sleeps. */
  private static void endTheConnection(Actions db) {
    Await.until(
        "the connection is ended",
        () ->
            db.value(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE"
                        + " datname = current_database() AND wait_event = 'PgSleep'")
                .equals("1"));
  }

  @Test
  void aBatchWhoseConnectionIsLostBeforeItsCommitIsTriedAgain() throws Exception {
    try (Actions db =
        new Actions(
            directory,
            "action_fault",
            2,
            "CREATE TABLE t (n int)",
            "CREATE TABLE once (n int)",
            "CREATE SEQUENCE tries")) {
      // Sleeps the first time only: a sequence does not go back with its transaction.
      Submission one =
          db.submit(
              "q",
              "INSERT INTO t SELECT 1 FROM (SELECT CASE WHEN nextval('tries') = 1"
                  + " THEN pg_sleep(60) END) x",
              "t");
      endTheConnection(db);
      assertThat(Actions.end(one)).isEqualTo(new Executed(1, null, null));
      assertThat(db.value("SELECT count(*) FROM t")).isEqualTo("1");
    }
  }

  @Test
  void aTransactionWhoseConnectionIsLostAtItsCommitIsNotRepeated() throws Exception {
    try (Actions db =
        new Actions(
            directory,
            "action_fault",
            2,
            "CREATE TABLE t (n int)",
            "CREATE SEQUENCE tries",
            "CREATE FUNCTION sleeps() RETURNS trigger LANGUAGE plpgsql AS $$"
                + " BEGIN IF nextval('tries') = 1 THEN PERFORM pg_sleep(60); END IF;"
                + " RETURN NULL; END $$",
            "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED"
                + " FOR EACH ROW EXECUTE FUNCTION sleeps()")) {
      Submission one = db.submit("q", "INSERT INTO t VALUES (1)", "t");
      Submission next = db.submit("q", "INSERT INTO t VALUES (2)", "t");
      endTheConnection(db);
      assertThat(Actions.end(one).sqlstate()).isEqualTo("08007");
      assertThat(Actions.end(next).succeeded()).isTrue();
      assertThat(db.value("SELECT string_agg(n::text, ',') FROM t")).isEqualTo("2");
      assertThat(db.failures()).hasSize(1);
    }
  }

  @Test
  void statementsWaitWhileTheServerIsAway() throws Exception {
    try (PostgresCluster cluster = PostgresCluster.builder().ephemeralPorts().start()) {
      cluster
          .primary()
          .execute("CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE app OWNER app");
      try (Actions db = new Actions(directory, "app", 2, cluster.primary(), "")) {
        cluster.primary().executeIn("app", "CREATE TABLE t (at serial, n int)");
        cluster.primary().executeIn("app", "GRANT ALL ON t, t_at_seq TO app");
        assertThat(Actions.end(db.submit("q", "INSERT INTO t (n) VALUES (0)", "t")).rows())
            .isEqualTo(1);
        cluster.primary().stop(StopMode.FAST);
        List<Submission> all = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
          all.add(db.submit("q" + i % 3, "INSERT INTO t (n) VALUES (" + i + ")", "t"));
        }
        Await.until(
            "a queue found the server away",
            () -> db.actions().async().queues().stream().anyMatch(q -> q.state().equals("paused")));
        cluster.primary().start();
        for (Submission one : all) {
          assertThat(Actions.end(one).succeeded()).isTrue();
        }
        assertThat(
                cluster
                    .primary()
                    .queryValue("app", "SELECT string_agg(n::text, ',' ORDER BY at) FROM t"))
            .isEqualTo("0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20");
      }
    }
  }

  @Test
  void theNodeActsForNobodyWhosePasswordItDoesNotKnow() throws Exception {
    new Actions(directory, "action_fault", 1).close();
    try (Actions db =
        new Actions(
            directory,
            "action_fault",
            1,
            SharedPostgres.primary(),
            ", \"credentials\": \"passthrough\"")) {
      Submission one = db.submit("q", "INSERT INTO t VALUES (1)", "t");
      assertThat(one.accepted()).isFalse();
      assertThat(one.reason()).isEqualTo("no password is known for its user");
      assertThat(one.after()).isCompleted();
    }
    try (Actions db =
        new Actions(
            directory,
            "action_fault",
            1,
            SharedPostgres.primary(),
            ", \"credentials\": \"user\"")) {
      db.execute("CREATE TABLE t (s text)");
      Submission one = db.submit("q", "INSERT INTO t VALUES (current_user)", "t");
      assertThat(Actions.end(one).message()).isNull();
      assertThat(db.value("SELECT s FROM t")).isEqualTo("app");
    }
  }
}
