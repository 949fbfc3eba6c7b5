package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.manager.Rest.Changes;
import dev.heimdall.test.manager.Rest.Said;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two managers over one directory, as over a file system that both have mounted, or over S3. */
@AlsoOnLocalStack
@Tag("long")
class TwoManagersIT {
  private static final int AUTHORS = 6;
  private static final int EDITS = 10;
  private static final int EDITS_IN_S3 = 2;
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
    editTogether(directory.resolve("configuration").toString(), Map.of(), EDITS);
  }

  @Test
  void norInS3() throws Exception {
    AwsEmulator aws = AwsEmulator.shared();
    aws.reset();
    aws.makeBucket("conf");
    editTogether(
        "s3://conf/fleet?region=eu-west-1&endpoint=" + aws.endpoint(),
        aws.environment(),
        EDITS_IN_S3);
  }

  private void editTogether(String configuration, Map<String, String> environment, int edits)
      throws Exception {
    String place = "--config=" + configuration;
    try (Running one = Running.start(directory, environment, place);
        Running other = Running.start(directory, environment, place)) {
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
          all.add(authors.submit(() -> edit(managers, edits, random)));
        }
        for (Future<List<Acknowledged>> author : all) {
          acknowledged.addAll(author.get());
        }
      } catch (ExecutionException e) {
        throw new AssertionError(
            "the managers wrote:\n" + one.process().output() + other.process().output(),
            e.getCause());
      } finally {
        authors.shutdownNow();
      }

      assertThat(acknowledged).hasSize(AUTHORS * edits).doesNotHaveDuplicates();
      for (String name : DOCUMENTS) {
        long made = acknowledged.stream().filter(edit -> edit.document().equals(name)).count();
        for (Rest manager : managers) {
          assertThat(count(manager.document(name))).as(name).isEqualTo((int) made);
        }
      }
      for (Rest manager : managers) {
        assertEachIsNamedOnce(manager.get("/api/v1/history").json(), AUTHORS * edits);
      }
      for (Running manager : List.of(one, other)) {
        assertThat(manager.process().output()).contains("document changed").doesNotContain("\tat ");
      }
    }
  }

  /** And the first one, that all begin with. */
  private static void assertEachIsNamedOnce(JsonNode history, int edits) {
    List<String> authors = new ArrayList<>();
    history
        .path("revisions")
        .forEach(
            revision ->
                authors.add(
                    revision.path("user").asText("nobody")
                        + " "
                        + revision.path("state").asText()
                        + " "
                        + revision.path("documents").size()));
    assertThat(authors).hasSize(edits + 1);
    assertThat(authors.subList(0, edits)).containsOnly("admin written 1");
  }

  /** Each edit reads by one manager and writes by any. */
  private static List<Acknowledged> edit(List<Rest> managers, int edits, Random random)
      throws Exception {
    List<Acknowledged> acknowledged = new ArrayList<>();
    while (acknowledged.size() < edits) {
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
