package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.test.manager.Rest.Changes;
import dev.heimdall.test.manager.Rest.Said;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole manager that is killed at any moment of commits of several documents, as with {@code kill
 * -9}, while a node reads: nobody ever sees a part of a commit, none is lost that was reported, and
 * the history names the author of each.
 */
@Tag("long")
class KilledManagerIT {
  private static final List<String> NAMES =
      List.of("users/a.json", "users/b.json", "users/c.json", "users/d.json");

  private static final int NONE = -1;
  private static final long LONGEST_LIFE_MICROS = 400_000;

  @TempDir private Path directory;

  @Test
  void aKilledManagerLeavesACommitAndLosesNone() throws Exception {
    kill(4);
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void aManagerThatIsKilledManyTimesLeavesACommitEachTime() throws Exception {
    kill(200);
  }

  private static String text(int number) {
    return "{\"password\": \"" + number + "\"}";
  }

  /** What each of them says; -1: it is not there. */
  private static int said(Documents documents, String name) {
    Content content = documents.contents().get(name);
    return content == null
        ? NONE
        : Integer.parseInt(
            new String(content.bytes(), StandardCharsets.UTF_8).replaceAll("[^0-9]", ""));
  }

  /** What all of them say; -1: none of them is there. */
  private static int number(Documents documents) {
    Map<String, Integer> said =
        NAMES.stream().collect(Collectors.toMap(name -> name, name -> said(documents, name)));
    assertThat(Set.copyOf(said.values())).as("documents of one commit: %s", said).hasSize(1);
    return said.get(NAMES.get(0));
  }

  private void kill(int times) throws Exception {
    long seed = Long.getLong("killed.seed", System.nanoTime());
    Random random = new Random(seed);
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger reported = new AtomicInteger(NONE);
    ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();
    try (ReportingNodes fleet = new ReportingNodes(directory);
        DocumentStore store =
            DocumentStore.open(new StoreLocation.Directory(fleet.configuration()))) {
      Watcher watcher = new Watcher(fleet.configuration(), over);
      watcher.start();
      for (int life = 0; life < times; life++) {
        try (Started manager = fleet.manager(fleet.onePort())) {
          manager.awaitOutput("managing on port");
          Rest rest = fleet.rest(fleet.onePort());
          assertThat(rest.get("/version").status()).isEqualTo(200);
          commit(rest, store.read(), reported);
          killer.schedule(
              manager::kill, random.nextLong(LONGEST_LIFE_MICROS), TimeUnit.MICROSECONDS);
          commitOn(rest, store, reported);
        }
        int now = number(store.read());
        assertThat(now)
            .as("seed %d, life %d", seed, life)
            .isBetween(reported.get(), reported.get() + 1);
        reported.set(now);
      }
      over.set(true);
      watcher.join();
      assertThat(watcher.failure).isEmpty();
      assertThat(reported.get()).as("commits in all lives").isGreaterThanOrEqualTo(times - 1);
      try (Started manager = fleet.manager(fleet.onePort())) {
        manager.awaitOutput("managing on port");
        whole(fleet.rest(fleet.onePort()));
      }
    } finally {
      over.set(true);
      killer.shutdownNow();
    }
  }

  /** Commits until the manager is gone. */
  private static void commitOn(Rest rest, DocumentStore store, AtomicInteger reported)
      throws StoreException, InterruptedException {
    while (true) {
      try {
        commit(rest, store.read(), reported);
      } catch (IOException e) {
        return;
      }
      assertThat(number(store.read())).isEqualTo(reported.get());
    }
  }

  private static void commit(Rest rest, Documents over, AtomicInteger reported)
      throws IOException, InterruptedException {
    int next = reported.get() + 1;
    Changes changes = new Changes();
    for (String name : NAMES) {
      changes.write(name, text(next), over.versionOf(name).orElse(null));
    }
    Said said = rest.post("/api/v1/commit", changes);
    assertThat(said.status()).as(said.toString()).isEqualTo(200);
    reported.set(next);
  }

  /** Each revision of the history names all documents of its commit. */
  private static void whole(Rest rest) throws Exception {
    int seen = 0;
    String after = "";
    do {
      JsonNode page = rest.get("/api/v1/history?limit=100" + after).json();
      for (JsonNode revision : page.path("revisions")) {
        List<String> documents =
            NAMES.stream()
                .filter(name -> revision.path("documents").toString().contains(name))
                .toList();
        if (!documents.isEmpty()) {
          seen++;
          assertThat(documents).as(revision.toString()).isEqualTo(NAMES);
          assertThat(revision.path("user").asText()).as(revision.toString()).isEqualTo("admin");
        }
      }
      after = page.hasNonNull("next") ? "&after=" + page.path("next").asText() : "";
    } while (!after.isEmpty());
    assertThat(seen).isPositive();
  }

  /** A node that looks all the time, as long as there are managers. */
  private static final class Watcher extends Thread {
    private final Path place;
    private final AtomicBoolean over;
    private volatile Optional<Throwable> failure = Optional.empty();

    Watcher(Path place, AtomicBoolean over) {
      super("watcher");
      setDaemon(true);
      this.place = place;
      this.over = over;
    }

    @Override
    public void run() {
      try (DocumentStore store = DocumentStore.open(new StoreLocation.Directory(place))) {
        Documents seen = store.read();
        int last = number(seen);
        while (!over.get()) {
          seen = store.readIfChanged(seen).orElse(seen);
          int now = number(seen);
          assertThat(now).as("the commit that is seen").isGreaterThanOrEqualTo(last);
          last = now;
        }
      } catch (Throwable e) { // whatever ends it is a failure of the test
        failure = Optional.of(e);
      }
    }
  }
}
