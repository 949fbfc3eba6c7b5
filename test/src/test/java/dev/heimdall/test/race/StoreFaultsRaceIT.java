package dev.heimdall.test.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.RedisCluster;
import dev.heimdall.test.fixture.RedisProcess;
import dev.heimdall.test.fixture.TestConfiguration;
import dev.heimdall.test.race.Course.Heat;
import dev.heimdall.test.race.Course.Outcome;
import dev.heimdall.test.race.Fleet.Hearing;
import io.lettuce.core.MigrateArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The store is restarted, killed, paused, resharded, full, and takes rights away, while clients
 * race: they find what they must, and none of them gets an error.
 */
@Tag("long")
class StoreFaultsRaceIT {
  private static final String EVENTS = "notify-keyspace-events AE";
  private static final String USER = "user heimdall on >secret ~* &* +@all";

  /** So many reads are answered while a fault lasts, and as many behind it. */
  private static final int READS = 60;

  private static final int MANY_READS = 2000;

  /** When a node has heard nothing for so long, it is out of touch; what a strict writer waits. */
  private static final Duration STALENESS = Duration.ofMillis(500);

  private static final int MANY_WRITES = 50_000;

  private final List<RedisProcess> stores = new ArrayList<>();

  @AfterEach
  void stop() {
    stores.forEach(RedisProcess::close);
  }

  private RedisProcess store(String... settings) {
    RedisProcess store = RedisProcess.running(settings);
    stores.add(store);
    return store;
  }

  /** Something that is done to the store. */
  private interface Deed {
    void done() throws Exception;
  }

  /**
   * A fault.
   *
   * @param ends mends it
   */
  private record Fault(String what, Deed begins, Deed ends) {}

  private static List<Fault> faults(RedisProcess store) {
    AtomicReference<Long> frozen = new AtomicReference<>();
    return List.of(
        new Fault("restarted", store::stop, store::start),
        new Fault(
            "connections killed",
            () -> store.run("CLIENT KILL TYPE pubsub", "CLIENT KILL TYPE normal SKIPME yes"),
            () -> {}),
        new Fault(
            "paused",
            () -> {
              frozen.set(pid(store));
              signal(frozen.get(), "-STOP");
            },
            () -> signal(frozen.get(), "-CONT")),
        new Fault(
            "killed",
            () -> {
              signal(pid(store), "-KILL");
              store.stop();
            },
            store::start),
        new Fault(
            "full",
            () -> store.run("CONFIG SET maxmemory 1"),
            () -> store.run("CONFIG SET maxmemory 0")),
        new Fault(
            "may not be read",
            () -> store.run("ACL SETUSER heimdall -get -set"),
            () -> store.run("ACL SETUSER heimdall +@all")),
        new Fault(
            "may not be told",
            () -> store.run("ACL SETUSER heimdall -publish resetchannels"),
            () -> store.run("ACL SETUSER heimdall +@all &*")));
  }

  private static long pid(RedisProcess store) {
    return ((String) store.run("INFO server"))
        .lines()
        .filter(line -> line.startsWith("process_id:"))
        .map(line -> Long.parseLong(line.substring("process_id:".length()).trim()))
        .findFirst()
        .orElseThrow();
  }

  private static void signal(long pid, String signal) throws Exception {
    Process kill = new ProcessBuilder("kill", signal, Long.toString(pid)).inheritIO().start();
    assertThat(kill.waitFor()).as("kill %s", signal).isZero();
  }

  private static TestConfiguration wishes(TestConfiguration c) {
    return c.node("store.user", "heimdall")
        .node("store.password", "secret")
        .source("cluster.lag.maxStaleness", STALENESS.toMillis() + "ms");
  }

  /** One fault after the other, until all were there; on a thread of its own. */
  private static final class Faults {
    private final List<Fault> faults;
    private final int reads;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private Thread thread;

    Faults(List<Fault> faults, int reads) {
      this.faults = faults;
      this.reads = reads;
    }

    /** Begins when it is asked first; then whether it is over. */
    synchronized boolean over(Ledger ledger) {
      if (thread == null) {
        thread = new Thread(() -> all(ledger), "store-faults");
        thread.start();
      }
      return !thread.isAlive();
    }

    private void all(Ledger ledger) {
      try {
        goOn("before", ledger);
        for (Fault fault : faults) {
          fault.begins().done();
          try {
            outOfTouch();
            goOn(fault.what(), ledger);
          } finally {
            fault.ends().done();
          }
          goOn("behind: " + fault.what(), ledger);
        }
      } catch (Exception | Error e) {
        failure.set(e);
      }
    }

    /** Nodes that hear nothing since now know it. */
    private static void outOfTouch() {
      long begun = System.nanoTime();
      Await.until("they are out of touch", () -> System.nanoTime() - begun > STALENESS.toNanos());
    }

    private void goOn(String what, Ledger ledger) {
      long before = ledger.reads();
      long crossed = ledger.interleaved();
      Await.until(
          "clients go on: " + what,
          () -> ledger.reads() > before + reads && ledger.interleaved() > crossed + reads / 10);
    }
  }

  private void race(Level level, List<Fault> faults, int reads) throws Exception {
    Faults all = new Faults(faults, reads);
    try (Course course = new Course(stores, c -> wishes(c))) {
      Outcome outcome =
          course.run(
              new Heat(level, level, Hearing.NOTHING, Wiring.SOUND, MANY_WRITES, all::over, false));
      assertThat(all.failure.get()).isNull();
      assertThat(outcome.ledger().breaches()).isEmpty();
      assertThat(outcome.hits()).isPositive();
    }
  }

  @Test
  void nothingOldIsServedWhateverBecomesOfTheStore() throws Exception {
    race(Level.STRICT, faults(store(EVENTS, USER)), READS);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLEET", "STRICT"})
  void nothingOldIsServedWhateverBecomesOfTheStoreForLong(Level level) throws Exception {
    race(level, faults(store(EVENTS, USER)), MANY_READS);
  }

  /** Whatever a server has moves to the next one, and each is lost for a while. */
  @ParameterizedTest
  @EnumSource(names = {"FLEET", "STRICT"})
  void nothingOldIsServedWhileAClusterIsResharded(Level level) throws Exception {
    List<RedisProcess> servers = RedisCluster.running(this::store, EVENTS, USER);
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      RedisProcess from = servers.get(i);
      RedisProcess to = servers.get((i + 1) % servers.size());
      faults.add(
          new Fault(
              "resharded",
              () -> {
                whole(servers);
                move(from, to);
              },
              () -> {}));
      faults.add(new Fault("lost", from::stop, from::start));
    }
    race(level, faults, MANY_READS);
  }

  private static void whole(List<RedisProcess> servers) {
    for (RedisProcess each : servers) {
      Await.until(
          "the cluster is whole",
          () -> {
            String nodes = (String) each.run("CLUSTER NODES");
            String info = (String) each.run("CLUSTER INFO");
            return info.contains("cluster_state:ok") && !nodes.contains("fail");
          });
    }
  }

  /** The slots in which the one has keys. */
  private static void move(RedisProcess from, RedisProcess to) {
    RedisClient client = RedisClient.create();
    try {
      RedisCommands<byte[], byte[]> source = commands(client, from);
      RedisCommands<byte[], byte[]> target = commands(client, to);
      String sourceId = source.clusterMyId();
      String targetId = target.clusterMyId();
      Set<Integer> slots = new HashSet<>();
      source.keys("*").forEach(key -> slots.add(SlotHash.getSlot(key)));
      for (int slot : slots) {
        target.clusterSetSlotImporting(slot, sourceId);
        source.clusterSetSlotMigrating(slot, targetId);
        // Those that come meanwhile go to the target by themselves.
        for (byte[] key : source.clusterGetKeysInSlot(slot, 1000)) {
          source.migrate("127.0.0.1", to.port(), 0, 5000, MigrateArgs.Builder.key(key).replace());
        }
        for (RedisProcess each : List.of(to, from)) {
          each.run("CLUSTER SETSLOT " + slot + " NODE " + targetId);
        }
      }
      assertThat(slots).as("slots with keys at %s", from.address()).isNotEmpty();
    } finally {
      client.shutdown();
    }
  }

  private static RedisCommands<byte[], byte[]> commands(RedisClient client, RedisProcess server) {
    return client
        .connect(ByteArrayCodec.INSTANCE, RedisURI.create("127.0.0.1", server.port()))
        .sync();
  }
}
