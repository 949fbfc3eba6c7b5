package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.manager.Rest.Changes;
import dev.heimdall.test.manager.Rest.Said;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two managers over one directory, as over a file system that both have mounted. */
class TwoManagersIT {
  private static final int AUTHORS = 6;
  private static final int EDITS = 20;
  private static final List<String> DOCUMENTS = List.of("users/a.json", "users/b.json");

  @TempDir private Path directory;

  /** An edit that was acknowledged: the document's counter, which it took one further. */
  private record Acknowledged(String document, int count) {}

  private static int count(Said document) {
    return document.json().get("maxClients").asInt();
  }

  private static String counting(int count) {
    return "{\"password\": \"secret\", \"maxClients\": " + count + "}";
  }

  @Test
  void noEditThatWasAcknowledgedIsLostAndNoConflictIsSilent() throws Exception {
    String place = "--config=" + directory.resolve("configuration");
    try (Running one = Running.start(directory, Map.of(), place);
        Running other = Running.start(directory, Map.of(), place)) {
      List<Rest> managers = List.of(one.rest(), other.rest());
      Changes first =
          new Changes()
              .write("sources/db.json", ManagerContract.SOURCE, null)
              .write("vdbs/shop.json", ManagerContract.VDB, null);
      DOCUMENTS.forEach(name -> first.write(name, counting(0), null));
      assertThat(managers.get(0).post("/api/v1/commit", first).status()).isEqualTo(200);

      List<Acknowledged> acknowledged = new ArrayList<>();
      ExecutorService authors = Executors.newFixedThreadPool(AUTHORS);
      try {
        List<Future<List<Acknowledged>>> all = new ArrayList<>();
        for (int i = 0; i < AUTHORS; i++) {
          Random random = new Random(i);
          all.add(authors.submit(() -> edit(managers, random)));
        }
        for (Future<List<Acknowledged>> author : all) {
          acknowledged.addAll(author.get());
        }
      } finally {
        authors.shutdownNow();
      }

      assertThat(acknowledged).hasSize(AUTHORS * EDITS).doesNotHaveDuplicates();
      for (String name : DOCUMENTS) {
        long edits = acknowledged.stream().filter(edit -> edit.document().equals(name)).count();
        for (Rest manager : managers) {
          assertThat(count(manager.document(name))).as(name).isEqualTo((int) edits);
        }
      }
      for (Running manager : List.of(one, other)) {
        assertThat(manager.process().output()).contains("document changed").doesNotContain("\tat ");
      }
    }
  }

  /** Each edit reads by one manager and writes by any. */
  private static List<Acknowledged> edit(List<Rest> managers, Random random) throws Exception {
    List<Acknowledged> acknowledged = new ArrayList<>();
    while (acknowledged.size() < EDITS) {
      String name = DOCUMENTS.get(random.nextInt(DOCUMENTS.size()));
      Said read = managers.get(random.nextInt(managers.size())).document(name);
      if (read.status() == 503) {
        continue;
      }
      assertThat(read.status()).as(read.toString()).isEqualTo(200);
      int next = count(read) + 1;
      Said written =
          managers
              .get(random.nextInt(managers.size()))
              .put(name, counting(next), Optional.of(read.etag()));
      if (written.status() == 200) {
        acknowledged.add(new Acknowledged(name, next));
      } else {
        assertThat(written.status()).as(written.toString()).isIn(412, 503);
      }
    }
    return acknowledged;
  }
}
