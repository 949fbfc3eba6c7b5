package dev.heimdall.test.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * A rule has reads of transactions answered from the cache: a client of the node gets what one of
 * the server gets that does the same with a table of its own.
 *
 * <p>{@code -Dcached.steps} says how many steps are taken at random, {@code -Dcached.seed} where
 * chance begins.
 *
 * @param <C> clients of the engine
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CachedTransactionsContract<C extends WireClient> {
  static final String RULES =
      "{\"match\": \"ct_\", \"action\": \"cache\", \"inTransaction\": true}";

  private static final int STEPS = Integer.getInteger("cached.steps", 3_000);
  private static final long SEED = Long.getLong("cached.seed", 1);
  private static final int ROWS = 3;

  /** Of the node's clients, and of those of the server. */
  private static final List<String> TABLES = List.of("ct_node", "ct_direct");

  private final List<Pair> pairs = new ArrayList<>();

  abstract RunningNode node();

  abstract C ofNode() throws IOException;

  abstract C ofServer() throws IOException;

  /** All that answers a text, but how columns are called. */
  abstract String ask(C client, String sql) throws IOException;

  /** The same of a statement without parameters that is prepared. */
  abstract String askPrepared(C client, String sql) throws IOException;

  /** What sessions begin with, each of which is several sessions'. */
  abstract List<String> beginnings();

  /** What begins transactions. */
  abstract List<String> begins();

  /** What sets modes of transactions, where that comes early enough. */
  abstract List<String> modes();

  /** What sets a mode of transactions where one has just begun. */
  abstract String setsMode();

  /** What else is said in transactions; {@code %s} is the table. */
  abstract List<String> others();

  /** A client of the node and one of the server that do the same. */
  private final class Pair {
    private final List<C> clients = new ArrayList<>();

    /** Whether it may have locks that others would wait for. */
    private boolean locks;

    Pair(String beginning) throws IOException {
      clients.add(ofNode());
      clients.add(ofServer());
      same(beginning);
    }

    void same(String sql) throws IOException {
      compare(sql, ask(clients.get(0), of(sql, 0)), ask(clients.get(1), of(sql, 1)));
    }

    void samePrepared(String sql) throws IOException {
      compare(
          sql, askPrepared(clients.get(0), of(sql, 0)), askPrepared(clients.get(1), of(sql, 1)));
    }

    private String of(String sql, int which) {
      return sql.replace("%s", TABLES.get(which));
    }

    private void compare(String sql, String node, String server) {
      assertThat(node.replace(TABLES.get(0), TABLES.get(1))).as(sql).isEqualTo(server);
    }
  }

  @BeforeEach
  void makeTables() throws IOException {
    try (C client = ofNode()) {
      for (String table : TABLES) {
        ask(client, "DROP TABLE IF EXISTS " + table);
        ask(client, "CREATE TABLE " + table + " (id int PRIMARY KEY, name varchar(20))");
        ask(client, "INSERT INTO " + table + " VALUES (0, 'a'), (1, 'b'), (2, 'c')");
      }
      Await.until(
          "the catalogue is read",
          () -> {
            ask(client, "SELECT name FROM ct_node WHERE id = 0");
            return "yes".equals(client.queryInfo().get("cached"));
          });
    }
  }

  @AfterEach
  void dropTables() throws IOException {
    for (Pair pair : pairs) {
      for (C client : pair.clients) {
        client.close();
      }
    }
    pairs.clear();
    try (C client = ofServer()) {
      for (String table : TABLES) {
        ask(client, "DROP TABLE " + table);
      }
    }
  }

  private static String read(Random random) {
    return "SELECT name FROM %s WHERE id = " + random.nextInt(ROWS);
  }

  /** To its server it comes before any query. */
  @Test
  void aModeIsSetBehindAReadThatWasServedAsBehindOneThatWasNot() throws IOException {
    String read = "SELECT name FROM %s WHERE id = 0";
    for (String beginning : beginnings()) {
      Pair pair = new Pair(beginning);
      pairs.add(pair);
      pair.same(read);
      for (String mode : modes()) {
        for (boolean prepared : List.of(false, true)) {
          pair.same("COMMIT");
          pair.same("BEGIN");
          pair.same(read);
          pair.same(read);
          if (prepared) {
            pair.samePrepared(mode);
          } else {
            pair.same(mode);
          }
          pair.same(read);
          pair.same("COMMIT");
          pair.same(read);
        }
      }
    }
  }

  @Test
  void eachAnswerIsWhatTheServerWouldHaveGiven() throws IOException {
    Random random = new Random(SEED);
    for (String beginning : beginnings()) {
      pairs.add(new Pair(beginning));
      pairs.add(new Pair(beginning));
    }
    Map<String, Integer> how = new HashMap<>();
    for (int step = 0; step < STEPS; step++) {
      Pair one = pairs.get(random.nextInt(pairs.size()));
      boolean mayLock = pairs.stream().noneMatch(other -> other != one && other.locks);
      switch (random.nextInt(12)) {
        case 0, 1 -> {
          one.same(any(random, begins()));
          if (random.nextInt(6) == 0) {
            one.same(setsMode());
          }
        }
        case 2 -> {
          one.same(random.nextBoolean() ? "COMMIT" : "ROLLBACK");
          one.locks = false;
        }
        case 3 -> {
          if (mayLock) {
            one.locks = true;
            String name = "n" + step;
            one.same("UPDATE %s SET name = '" + name + "' WHERE id = " + random.nextInt(ROWS));
          }
        }
        case 4 -> {
          if (mayLock && random.nextInt(4) == 0) {
            one.locks = true;
            one.same(read(random) + " FOR UPDATE");
          }
        }
        case 5 -> {
          if (random.nextInt(4) == 0) {
            one.same(any(random, others()));
          }
        }
        case 6 -> {
          // Without a transaction nothing stays locked.
          one.same("COMMIT");
          one.locks = false;
        }
        default -> {
          String read = read(random);
          if (random.nextBoolean()) {
            one.same(read);
          } else {
            one.samePrepared(read);
          }
          how.merge(one.clients.get(0).queryInfo().getOrDefault("cached", "none"), 1, Integer::sum);
        }
      }
    }
    assertThat(how.get("yes")).as("answers from the cache: %s", how).isGreaterThan(STEPS / 60);
  }

  private static String any(Random random, List<String> of) {
    return of.get(random.nextInt(of.size()));
  }
}
