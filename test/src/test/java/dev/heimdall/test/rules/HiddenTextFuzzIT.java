package dev.heimdall.test.rules;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Compares the lexer with PostgreSQL's own: random texts hide a call that takes a lock, while
 * settings change in transactions, batches and pipelines. Where the server has taken the lock, the
 * node has to have seen the call.
 */
class HiddenTextFuzzIT {
  private static final String STRINGS = "standard_conforming_strings";

  private static final String[] PIECES = {
    "\\", "\\", "''", "\\'", "x", "\"", "--", "/*", "*/", "$$", "$a$", "\n", "E", "\\\\", "U&",
    "CANARY"
  };

  private static final String[] OPENINGS = {
    "'", "'", "'", "E'", "e'", "U&'", "N'", "$$", "$a$", "1 AS \"y"
  };

  private static TestNode node;
  private static RawClient direct;

  @BeforeAll
  static void start() throws IOException {
    direct = RawClient.logIn(SharedPostgres.target());
    direct.query(
        "CREATE FUNCTION fuzz_strings(v text) RETURNS text LANGUAGE plpgsql AS"
            + " $$ BEGIN RETURN set_config('standard_conforming_strings', v, true); END $$");
    node = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 2));
  }

  @AfterAll
  static void stop() throws IOException {
    node.close();
    direct.query("DROP FUNCTION fuzz_strings");
    direct.close();
  }

  private static String one(Random random, String... of) {
    return of[random.nextInt(of.length)];
  }

  /** A list of literals with the call in one of them, or between them. */
  private static String text(Random random, int key) {
    StringBuilder sql = new StringBuilder("SELECT 1");
    for (int i = random.nextInt(1, 3); i > 0; i--) {
      String opening = one(random, OPENINGS);
      String closing = opening.startsWith("$") ? opening : opening.substring(opening.length() - 1);
      sql.append(one(random, ", ", " , ", ",\n", ",--'\n", ",/*'*/")).append(opening);
      for (int pieces = random.nextInt(3); pieces > 0; pieces--) {
        sql.append(one(random, PIECES));
      }
      sql.append(closing);
    }
    if (random.nextInt(4) > 0) {
      sql.append(" CANARY").append(one(random, "", " --'", " --'", "/*'*/", "--"));
    }
    return sql.toString().replace("CANARY", ", pg_advisory_lock(" + key + "), 1 ");
  }

  private static String change(Random random) {
    String to = one(random, "on", "off");
    return switch (random.nextInt(9)) {
      case 0, 1 -> "SET " + STRINGS + " = " + to;
      case 2, 3 -> "SET LOCAL " + STRINGS + " = " + to;
      case 4 -> "SELECT set_config('" + STRINGS + "', '" + to + "', " + random.nextBoolean() + ")";
      case 5 -> "SELECT fuzz_strings('" + to + "')";
      case 6 -> "RESET " + STRINGS;
      case 7 -> one(random, "ROLLBACK", "COMMIT", "BEGIN");
      default -> "SET " + STRINGS + " = off";
    };
  }

  private static void send(Random random, RawClient client, List<String> statements)
      throws IOException {
    int kind = random.nextInt(4);
    List<byte[]> messages = new ArrayList<>();
    int groups = kind == 3 ? 1 : statements.size();
    for (String sql : statements) {
      messages.add(kind < 2 ? query(sql) : statement(sql));
      if (kind == 2) {
        messages.add(sync());
      }
      if (kind == 0) {
        client.send(messages.remove(0));
        client.untilReady();
      }
    }
    if (kind == 0) {
      return;
    }
    if (kind == 3) {
      messages.add(sync());
    }
    client.send(messages.toArray(byte[][]::new));
    for (int i = 0; i < groups; i++) {
      client.untilReady();
    }
  }

  private static int run(long seed, int rounds) throws IOException {
    int taken = 0;
    for (int round = 0; round < rounds; round++) {
      Random random = new Random(seed + round);
      int key = 100_000 + round;
      List<String> statements = new ArrayList<>();
      if (random.nextInt(4) > 0) {
        statements.add("BEGIN");
      }
      boolean savepoint = !statements.isEmpty() && random.nextInt(4) == 0;
      if (savepoint) {
        statements.add(change(random));
        statements.add("SAVEPOINT s");
      }
      for (int i = random.nextInt(3); i > 0; i--) {
        statements.add(change(random));
      }
      if (savepoint && random.nextBoolean()) {
        statements.add("ROLLBACK TO s");
      }
      String text = text(random, key);
      statements.add(text);
      String[] startup = random.nextInt(4) == 0 ? new String[] {STRINGS, "off"} : new String[0];
      try (RawClient client = RawClient.logIn(node.target(), startup)) {
        send(random, client, statements);
        client.query("ROLLBACK");
        boolean locked =
            !direct
                .value(
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = " + key)
                .equals("0");
        if (locked) {
          taken++;
          String id = Integer.toString(client.processId());
          assertThat(node.clients().stream().filter(row -> id.equals(row.get("id"))))
              .as("seed %s: %s", seed + round, statements)
              .allMatch(row -> row.get("pin_reason") != null);
        }
      }
    }
    return taken;
  }

  @Test
  void whatTheServerRunsTheNodeHasSeen() throws IOException {
    assertThat(run(1, 150)).as("calls that the server ran").isGreaterThan(10);
  }

  @Test
  @Tag("long")
  void whatTheServerRunsTheNodeHasSeenForLong() throws IOException {
    long seed = Long.getLong("hidden.seed", System.nanoTime());
    int rounds = Integer.getInteger("hidden.rounds", 20_000);
    assertThat(run(seed, rounds)).as("calls that the server ran").isGreaterThan(rounds / 20);
  }
}
