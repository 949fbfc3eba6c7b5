package dev.heimdall.test.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.secrets.WorkingCopy;
import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.AwsGate;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Edits of several documents in S3, as others see them who read whole commits. */
@AlsoOnLocalStack
@Tag("ci")
class BucketCommitsIT {
  private final AwsEmulator aws = AwsEmulator.shared();
  private final AwsGate gate = new AwsGate(aws);
  private S3Client s3;

  @BeforeEach
  void open() {
    aws.reset();
    s3 = aws.s3();
    for (String bucket : List.of("conf", "copy")) {
      aws.makeBucket(bucket);
    }
  }

  @AfterEach
  void close() {
    s3.close();
    gate.close();
  }

  private DocumentStore store(String bucket, String option) throws Exception {
    return store(gate.uri(), bucket, option);
  }

  private DocumentStore store(URI endpoint, String bucket, String option) throws StoreException {
    return DocumentStore.open(
        StoreLocation.of(
            "s3://" + bucket + "/config?region=eu-west-1&endpoint=" + endpoint + option),
        aws.credentials());
  }

  private static Content content(String text) {
    return Content.of(text);
  }

  /** What is needed to bring the documents to these. */
  private static List<Change> changes(Documents now, SortedMap<String, Content> wanted) {
    List<Change> changes = new ArrayList<>();
    Set<String> names = new HashSet<>(wanted.keySet());
    names.addAll(now.all().keySet());
    for (String name : names) {
      Optional<Content> next = Optional.ofNullable(wanted.get(name));
      if (!next.equals(Optional.ofNullable(now.contents().get(name)))) {
        changes.add(new Change(name, next, now.versionOf(name)));
      }
    }
    return changes;
  }

  /** The objects of a bucket, by key. */
  private Map<String, String> objects(String bucket) {
    Map<String, String> objects = new HashMap<>();
    for (S3Object object : s3.listObjectsV2(r -> r.bucket(bucket)).contents()) {
      objects.put(
          object.key(),
          s3.getObjectAsBytes(r -> r.bucket(bucket).key(object.key())).asUtf8String());
    }
    return objects;
  }

  /** Edits that add, change and delete several of a few documents. */
  private static SortedMap<String, Content> edit(
      SortedMap<String, Content> before, int number, Random random) {
    SortedMap<String, Content> after = new TreeMap<>(before);
    after.put("node.json", content("{\"edit\": " + number + "}"));
    for (int i = 0; i < 4; i++) {
      String name = "vdbs/" + random.nextInt(5) + ".json";
      if (random.nextInt(3) == 0) {
        after.remove(name);
      } else {
        after.put(name, content("{\"edit\": " + number + ", \"of\": " + i + "}"));
      }
    }
    return after;
  }

  /**
   * S3 replicates each object by itself: here those of several edits come in every possible order
   * of objects, late ones when the next edit is half there, and the versions of one object in
   * theirs.
   */
  @Test
  void whoeverReadsACopyHasAWholeEditWhateverArrivesFirst() throws Exception {
    long seed = Long.getLong("commits.seed", System.nanoTime());
    Random random = new Random(seed);
    boolean mixed = false;
    try (DocumentStore editor = store("conf", "&commits=write");
        DocumentStore copy = store("copy", "&commits=read");
        DocumentStore each = store("copy", "")) {
      Set<SortedMap<String, Content>> edits = new HashSet<>();
      SortedMap<String, Content> last = new TreeMap<>();
      Map<String, Deque<Optional<String>>> onTheirWay = new LinkedHashMap<>();
      Map<String, String> before = Map.of();
      for (int i = 0; i < 8; i++) {
        last = edit(last, i, random);
        editor.write(changes(editor.read(), last));
        edits.add(editor.read().contents());
        Map<String, String> after = objects("conf");
        Set<String> keys = new HashSet<>(after.keySet());
        keys.addAll(before.keySet());
        for (String key : keys) {
          if (!Optional.ofNullable(before.get(key)).equals(Optional.ofNullable(after.get(key)))) {
            onTheirWay
                .computeIfAbsent(key, any -> new ArrayDeque<>())
                .add(Optional.ofNullable(after.get(key)));
          }
        }
        before = after;
        // Some arrive now, the others with the next edit.
        int arrive = i == 7 ? Integer.MAX_VALUE : random.nextInt(6);
        for (int j = 0; j < arrive && !onTheirWay.isEmpty(); j++) {
          List<String> waiting = new ArrayList<>(onTheirWay.keySet());
          Collections.shuffle(waiting, random);
          arrive(waiting.get(0), onTheirWay);
          Optional<SortedMap<String, Content>> seen = whole(copy);
          assertThat(seen.isEmpty() || edits.contains(seen.get()))
              .as("seed %d, edit %d: %s", seed, i, seen)
              .isTrue();
          mixed |= !edits.contains(each.read().contents());
        }
      }
      assertThat(whole(copy)).contains(last);
      assertThat(each.read().contents()).isEqualTo(last);
    }
    assertThat(mixed).as("read one by one, the documents are mixed, seed %d", seed).isTrue();
  }

  private void arrive(String key, Map<String, Deque<Optional<String>>> onTheirWay) {
    Optional<String> next = onTheirWay.get(key).remove();
    if (onTheirWay.get(key).isEmpty()) {
      onTheirWay.remove(key);
    }
    if (next.isPresent()) {
      s3.putObject(r -> r.bucket("copy").key(key), RequestBody.fromString(next.get()));
    } else {
      s3.deleteObject(r -> r.bucket("copy").key(key));
    }
  }

  /** Empty before the first commit is there. */
  private static Optional<SortedMap<String, Content>> whole(DocumentStore copy) throws Exception {
    try {
      return Optional.of(copy.read().contents());
    } catch (StoreException e) {
      assertThat(e.kind()).isEqualTo(StoreException.Kind.MISSING);
      return Optional.empty();
    }
  }

  /** Each edit changes two documents together, as one of several who do so at a time. */
  @Test
  void noCommitHoldsAPartOfWhatAnotherWrites() throws Exception {
    int writers = 4;
    try (DocumentStore first = store("conf", "&commits=write")) {
      first.write(List.of(Change.create("node.json", content("{}"))));
    }
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    try (DocumentStore follower = store("conf", "&commits=read")) {
      List<Future<Void>> running = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        int writer = w;
        // One of them knows nothing of commits.
        String option = w == 0 ? "" : "&commits=write";
        running.add(
            threads.submit(
                () -> {
                  try (DocumentStore store = store("conf", option)) {
                    for (int i = 0; i < 3; i++) {
                      pair(store, writer, i);
                    }
                  }
                  return null;
                }));
      }
      Documents seen = follower.read();
      boolean last = false;
      while (!last) {
        last = running.stream().allMatch(Future::isDone);
        seen = follower.readIfChanged(seen).orElse(seen);
        for (int w = 0; w < writers; w++) {
          assertThat(seen.contents().get("vdbs/" + w + "-b.json"))
              .isEqualTo(seen.contents().get("vdbs/" + w + "-a.json"));
        }
      }
      for (Future<Void> one : running) {
        one.get();
      }
      assertThat(seen.contents())
          .hasSize(1 + 2 * writers)
          .containsEntry("vdbs/3-a.json", content("{\"edit\": 2}"));
    } finally {
      threads.shutdownNow();
    }
  }

  private static void pair(DocumentStore store, int writer, int number) throws StoreException {
    Documents now = store.read();
    Content next = content("{\"edit\": " + number + "}");
    List<Change> changes = new ArrayList<>();
    for (String half : List.of("a", "b")) {
      String name = "vdbs/" + writer + "-" + half + ".json";
      changes.add(new Change(name, Optional.of(next), now.versionOf(name)));
    }
    store.write(changes);
  }

  @Test
  void readersOfCommitsWaitForTheFirstAndWriteNone() throws Exception {
    try (DocumentStore copy = store("copy", "&commits=read");
        DocumentStore plain = store("copy", "")) {
      plain.write(List.of(Change.create("node.json", content("{}"))));
      assertThat(objects("copy")).containsOnlyKeys("config/node.json");

      assertThatThrownBy(copy::read)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("s3://copy/config holds no commit: none was written yet, or none");
      assertThatThrownBy(() -> copy.write(List.of(Change.create("a.json", content("{}")))))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("without commits=read");
    }
  }

  /**
   * As nodes of the place that is edited: what is there without commits may be older than these.
   */
  @Test
  void readersThatPreferCommitsReadOneByOneUntilThereIsOne() throws Exception {
    try (DocumentStore plain = store("conf", "");
        DocumentStore editor = store("conf", "&commits=write");
        DocumentStore follower = store("conf", "&commits=prefer")) {
      plain.write(List.of(Change.create("node.json", content("{}"))));
      Documents before = follower.read();
      assertThat(before.contents()).containsOnlyKeys("node.json");
      assertThat(follower.readIfChanged(before)).isEmpty();
      plain.write(List.of(Change.create("a.json", content("{}"))));
      before = follower.readIfChanged(before).orElseThrow();
      assertThat(before.contents()).containsOnlyKeys("node.json", "a.json");

      editor.write(List.of(Change.create("b.json", content("{}"))));
      Documents whole = follower.readIfChanged(before).orElseThrow();
      assertThat(whole.contents()).containsOnlyKeys("node.json", "a.json", "b.json");
      assertThat(follower.readIfChanged(whole)).isEmpty();

      // A part of an edit that has no commit yet.
      s3.putObject(r -> r.bucket("conf").key("config/c.json"), RequestBody.fromString("{}"));
      assertThat(follower.readIfChanged(whole)).isEmpty();
      assertThat(follower.read().contents()).isEqualTo(whole.contents());
      assertThatThrownBy(() -> follower.write(List.of(Change.create("d.json", content("{}")))))
          .hasMessageContaining("without commits=prefer");
    }
  }

  /** A missing permission is no missing commit. */
  @Test
  void readersThatPreferCommitsDoNotPassOverOneThatTheyMayNotRead() throws Exception {
    try (DocumentStore editor = store("conf", "&commits=write");
        DocumentStore follower = store("conf", "&commits=prefer")) {
      editor.write(List.of(Change.create("node.json", content("{}"))));
      gate.refuse("GET /conf/config/.heimdall/commit.json", 403, "AccessDenied", "Access Denied");

      assertThatThrownBy(follower::read).hasMessageContaining("s3:GetObject");
    }
  }

  /** As S3 answers for what is not there to whom it lets list below a prefix only. */
  @Test
  void aCommitThatIsNotThereIsNoMissingPermission() throws Exception {
    try (DocumentStore copy = store("copy", "&commits=read")) {
      gate.refuse("GET /copy/config/.heimdall/commit.json", 403, "AccessDenied", "Access Denied");

      assertThatThrownBy(copy::read).hasMessageContaining("holds no commit");
    }
  }

  @Test
  void aCommitThatIsKnownIsNotReadAgain() throws Exception {
    try (DocumentStore editor = store("conf", "&commits=write");
        DocumentStore follower = store("conf", "&commits=read")) {
      editor.write(List.of(Change.create("node.json", content("{}"))));
      Documents known = follower.read();

      gate.forgetRequests();
      assertThat(follower.readIfChanged(known)).isEmpty();
      assertThat(gate.requests()).hasSize(1);
    }
  }

  /** A push makes a commit of what other tools have written, and of a copy what it is to be. */
  @Test
  void pushingBringsTheCommitToWhatIsThere(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("node.json"), "{}");
    StoreLocation.Directory here = new StoreLocation.Directory(directory);
    try (DocumentStore editor = store("conf", "&commits=write");
        DocumentStore follower = store("conf", "&commits=read")) {
      s3.putObject(r -> r.bucket("conf").key("config/node.json"), RequestBody.fromString("{}"));

      assertThat(new WorkingCopy(here, editor).push(false)).isEmpty();
      assertThat(follower.read().contents()).containsOnlyKeys("node.json");
      Documents known = follower.read();
      new WorkingCopy(here, editor).push(false);
      assertThat(follower.readIfChanged(known)).isEmpty();
    }
  }

  @Test
  void whatCannotBeCommittedLeavesNothing() throws Exception {
    try (DocumentStore editor = store("conf", "&commits=write");
        DocumentStore follower = store("conf", "&commits=read")) {
      editor.write(List.of(Change.create("node.json", content("{}"))));
      Documents known = follower.read();
      Set<String> before = objects("conf").keySet();
      gate.refuse("PUT /conf/config/.heimdall/commit.json", 403, "AccessDenied", "Access Denied");

      assertThatThrownBy(() -> editor.write(List.of(Change.create("a.json", content("{}")))))
          .isInstanceOf(StoreException.class)
          .hasMessageNotContaining("Written before");
      assertThat(follower.readIfChanged(known)).isEmpty();
      assertThat(objects("conf").keySet()).isEqualTo(before);
      gate.open();
      editor.write(List.of(Change.create("b.json", content("{}"))));
      assertThat(follower.read().contents()).containsOnlyKeys("node.json", "b.json");
    }
  }

  /** A writer that ends once it has committed: readers of each sort see all of it. */
  @Test
  void whatIsCommittedIsThereForAllThoughItsWriterEnds() throws Exception {
    try (DocumentStore editor = store("conf", "");
        DocumentStore node = store("conf", "")) {
      editor.write(
          List.of(
              Change.create("node.json", content("{}")), Change.create("old.json", content("{}"))));
      Documents known = editor.read();
      Documents seen = node.read();
      gate.refuse("PUT /conf/config/a.json", 403, "AccessDenied", "Access Denied");
      List<Change> edit =
          List.of(
              Change.replace(
                  "node.json", content("{\"id\": 1}"), known.versionOf("node.json").get()),
              Change.create("a.json", content("{}")),
              Change.create("b.json", content("{}")),
              Change.delete("old.json", known.versionOf("old.json").get()));

      assertThatThrownBy(() -> editor.write(edit))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("Written before: node.json, a.json, b.json, old.json");
      assertThat(objects("conf"))
          .doesNotContainKeys("config/a.json", "config/b.json")
          .containsKey("config/old.json");
      Map<String, Content> whole =
          Map.of(
              "node.json",
              content("{\"id\": 1}"),
              "a.json",
              content("{}"),
              "b.json",
              content("{}"));
      seen = node.readIfChanged(seen).orElseThrow();
      assertThat(seen.contents()).isEqualTo(new TreeMap<>(whole));
      assertThat(node.readIfChanged(seen)).isEmpty();
      try (DocumentStore follower = store("conf", "&commits=prefer")) {
        assertThat(follower.read().contents()).isEqualTo(new TreeMap<>(whole));
      }

      // Somebody edits what he has seen before it is an object; he makes all of it visible first.
      gate.open();
      node.write(
          List.of(Change.replace("b.json", content("{\"x\": 2}"), seen.versionOf("b.json").get())));
      assertThat(objects("conf"))
          .containsEntry("config/a.json", "{}")
          .containsEntry("config/b.json", "{\"x\": 2}")
          .doesNotContainKey("config/old.json");
      assertThat(objects("conf").keySet()).filteredOn(key -> key.contains("/settled/")).hasSize(1);
    }
  }

  /**
   * A writer's step is late: somebody has finished its commit meanwhile, and taken it back. Objects
   * of the same text have the same version, so that the late step finds what it was made over.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "PUT /conf/config/a.json",
        "DELETE /conf/config/old.json",
        "PUT /conf/config/new.json"
      })
  void aStepThatIsLateDoesNotUndoARollback(String step) throws Exception {
    try (DocumentStore editor = store("conf", "");
        DocumentStore other = store(aws.endpoint(), "conf", "")) {
      editor.write(
          List.of(
              Change.create("a.json", content("{}")), Change.create("old.json", content("{}"))));
      Documents known = editor.read();
      List<String> taken = new ArrayList<>();
      gate.delayTheNext(
          step,
          () -> {
            try {
              Documents edited = other.read();
              taken.add(edited.contents().keySet().toString());
              other.write(changes(edited, known.contents()));
            } catch (StoreException e) {
              throw new AssertionError(e);
            }
          });
      editor.write(
          List.of(
              Change.replace("a.json", content("{\"x\": 1}"), known.versionOf("a.json").get()),
              Change.delete("old.json", known.versionOf("old.json").get()),
              Change.create("new.json", content("{}"))));

      assertThat(taken).containsExactly("[a.json, new.json]");
      assertThat(other.read().contents()).isEqualTo(known.contents());
      assertThat(objects("conf"))
          .containsEntry("config/a.json", "{}")
          .containsEntry("config/old.json", "{}")
          .doesNotContainKey("config/new.json");
      try (DocumentStore follower = store("conf", "&commits=read")) {
        assertThat(follower.read().contents()).isEqualTo(known.contents());
      }
    }
  }

  /** Past the commits, with other tools. */
  @Test
  void whatSomebodyPutsBackByHandStays() throws Exception {
    try (DocumentStore editor = store("conf", "");
        DocumentStore node = store("conf", "")) {
      editor.write(
          List.of(Change.create("a.json", content("{}")), Change.create("b.json", content("{}"))));
      Documents known = editor.read();
      editor.write(
          List.of(
              Change.replace("a.json", content("{\"x\": 1}"), known.versionOf("a.json").get()),
              Change.replace("b.json", content("{\"x\": 1}"), known.versionOf("b.json").get())));

      s3.putObject(r -> r.bucket("conf").key("config/a.json"), RequestBody.fromString("{}"));
      assertThat(node.read().contents()).containsEntry("a.json", content("{}"));
      editor.write(List.of(Change.create("c.json", content("{}"))));
      assertThat(node.read().contents())
          .containsEntry("a.json", content("{}"))
          .containsEntry("b.json", content("{\"x\": 1}"));
      try (DocumentStore follower = store("conf", "&commits=read")) {
        assertThat(follower.read().contents()).isEqualTo(node.read().contents());
      }
    }
  }

  @Test
  void oneDocumentAloneNeedsNoCommit() throws Exception {
    try (DocumentStore editor = store("conf", "")) {
      editor.write(List.of(Change.create("a.json", content("{}"))));
      assertThat(objects("conf")).containsOnlyKeys("config/a.json");
    }
  }
}
