package dev.heimdall.engine.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** What contracts of the cache have in common: a node that keeps what it can. */
abstract class CachedContract extends KitContract {
  /** Caches everything, also in transactions. */
  static final String CACHED = "{\"action\": \"cache\", \"inTransaction\": true}";

  private static final String CACHE = "\"enabled\": true, \"dmlThreshold\": 100";

  final KitTable table;
  Request reading;
  Request writing;

  CachedContract(KitDialect dialect) {
    super(dialect);
    table = dialect.table().orElseThrow();
  }

  final void startCached() {
    startCached("", "");
  }

  /**
   * With a cache that keeps what it can.
   *
   * @param cache more of its settings in JSON
   * @param vdb more of the virtual database's
   */
  final void startCached(String cache, String vdb) {
    startCached(cache, vdb, CACHED);
  }

  /** The same with these rules. */
  final void startCached(String cache, String vdb, String rules) {
    startCluster(
        KitSettings.of(
                "\"pool\": {\"size\": 4}, \"pipelining\": {\"enabled\": false}, \"cache\": {"
                    + CACHE
                    + cache
                    + "}"
                    + vdb)
            .withCatalogue(table.catalogue()),
        rules);
  }

  final void readsFromServer(KitClient client, String word) {
    reads(client, word, "idle", 1);
  }

  final void readsFromCache(KitClient client, String word) {
    reads(client, word, "idle", 0);
  }

  /**
   * @param state of the transaction behind it
   * @param times how often servers carry the read out
   */
  final void reads(KitClient client, String word, String state, int times) {
    long before = carriedOut(table.last());
    answers(client, table.last(), "row " + word, state);
    assertThat(carriedOut(table.last()))
        .as("reads that the server has seen")
        .isEqualTo(before + times);
  }

  // ---- two requests at the same time

  /** What happens to a request: each has these three steps, in this order. */
  private enum Step {
    SENT,
    CARRIED_OUT,
    ANSWERED
  }

  /** A request, and how far it is. */
  final class Request {
    private final KitClient client;
    private final String sql;
    private final Deque<Step> left = new ArrayDeque<>(List.of(Step.values()));
    private KitSession at;

    Request(KitClient client, String sql) {
      this.client = client;
      this.sql = sql;
    }

    void step() {
      switch (left.remove()) {
        case SENT -> {
          client.sends(sql);
          at =
              servers().open().stream()
                  .filter(session -> session.waits() && !other(this).waitsAt(session))
                  .findAny()
                  .orElseThrow(() -> new AssertionError("no server has " + sql));
        }
        case CARRIED_OUT -> at.carryOut();
        case ANSWERED -> {
          at.release();
          node.turns().run();
        }
      }
    }

    boolean waitsAt(KitSession session) {
      return session == at && left.peek() == Step.CARRIED_OUT;
    }

    private boolean isAnswered() {
      return left.isEmpty();
    }
  }

  /**
   * Takes all steps of both requests.
   *
   * @param order true is a step of the one that reads
   * @param written what happens once the writer is answered
   */
  final void inOrder(List<Boolean> order, Runnable written) {
    servers().hold(true);
    for (boolean reads : order) {
      (reads ? reading : writing).step();
      if (!reads && writing.isAnswered()) {
        written.run();
      }
    }
    servers().hold(false);
    node.turns().run();
  }

  private Request other(Request one) {
    return one == reading ? writing : reading;
  }

  /** All orders of the steps of two requests: true is a step of the first. */
  static List<List<Boolean>> orders() {
    List<List<Boolean>> all = new ArrayList<>();
    orders(new ArrayDeque<>(), Step.values().length, Step.values().length, all::add);
    assertThat(all).hasSize(20);
    return all;
  }

  private static void orders(Deque<Boolean> so, int first, int second, Consumer<List<Boolean>> to) {
    if (first + second == 0) {
      to.accept(List.copyOf(so));
    }
    if (first > 0) {
      so.addLast(true);
      orders(so, first - 1, second, to);
      so.removeLast();
    }
    if (second > 0) {
      so.addLast(false);
      orders(so, first, second - 1, to);
      so.removeLast();
    }
  }
}
