package dev.heimdall.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits of several documents, whose writers die, fall asleep, and meet people's edits. */
class CommitLogTest {
  private static final List<String> NAMES = List.of("node.json", "users/a.json", "vdbs/shop.json");

  @TempDir private Path root;

  private DirectoryStore store() {
    return new DirectoryStore(new StoreLocation.Directory(root));
  }

  private CommitLog log() {
    return new CommitLog(root);
  }

  private Path commit(long number) {
    return root.resolve(".heimdall/commits").resolve(Long.toString(number));
  }

  /** All documents say the same. */
  private static List<Change> changes(String content, Documents now) {
    return NAMES.stream()
        .map(name -> new Change(name, Optional.of(Content.of(content)), now.versionOf(name)))
        .toList();
  }

  private static List<String> said(Documents now) {
    return now.contents().values().stream().map(text -> new String(text.bytes())).toList();
  }

  private String seen() throws IOException {
    StringBuilder seen = new StringBuilder();
    for (String name : NAMES) {
      seen.append(Files.exists(root.resolve(name)) ? Files.readString(root.resolve(name)) : "-");
    }
    return seen.toString();
  }

  /** What a writer leaves that has committed, and died when it had shown so many documents. */
  private CommitLog.Last dies(String content, int shown) throws Exception {
    Documents now = store().read();
    long last = log().settle();
    List<CommitLog.Step> steps = new ArrayList<>();
    for (Change change : changes(content, now)) {
      long after = new EditChain(root, change.name()).settle();
      steps.add(new CommitLog.Step(change.name(), after, change.content()));
    }
    CommitLog.Last committed = log().append(steps, last).orElseThrow();
    for (CommitLog.Step step : steps.subList(0, shown)) {
      new EditChain(root, step.name()).follow(step.content(), step.after());
    }
    return committed;
  }

  @Test
  void aCommitWhoseWriterDiedIsWholeForTheNextToRead() throws Exception {
    store().write(changes("a", store().read()));
    for (int shown = 0; shown <= NAMES.size(); shown++) {
      dies("b" + shown, shown);

      assertThat(said(store().read())).containsOnly("b" + shown);
      assertThat(seen()).isEqualTo(("b" + shown).repeat(NAMES.size()));
    }
  }

  @Test
  void aCommitWhoseWriterDiedIsWholeForTheNextToWrite() throws Exception {
    store().write(changes("a", store().read()));
    Documents known = store().read();
    dies("b", 1);

    StoreException late =
        catchThrowableOfType(
            StoreException.class,
            () ->
                store()
                    .write(
                        List.of(
                            Change.replace(
                                "vdbs/shop.json",
                                Content.of("c"),
                                known.versionOf("vdbs/shop.json").orElseThrow()))));
    assertThat(late.kind()).isEqualTo(StoreException.Kind.CONFLICT);
    assertThat(said(store().read())).containsOnly("b");
  }

  @Test
  void documentsThatAreMadeAndDeletedAreOfOneCommit() throws Exception {
    store().write(changes("a", store().read()));
    Documents now = store().read();
    long last = log().settle();
    List<CommitLog.Step> steps = new ArrayList<>();
    for (String name : NAMES) {
      steps.add(new CommitLog.Step(name, new EditChain(root, name).settle(), Optional.empty()));
    }
    steps.add(
        new CommitLog.Step(
            "users/b.json",
            new EditChain(root, "users/b.json").settle(),
            Optional.of(Content.of("new"))));
    log().append(steps, last);

    assertThat(now.all()).hasSize(3);
    assertThat(store().read().all()).containsOnlyKeys("users/b.json");
    assertThat(seen()).isEqualTo("---");
  }

  @Test
  void aSlowWriterRollsNothingForwardThatOthersHaveChangedSince() throws Exception {
    store().write(changes("a", store().read()));
    CommitLog.Last slow = dies("b", 1);
    store().write(changes("c", store().read()));
    store().write(changes("a", store().read()));

    log().rollForward(slow, () -> {});

    assertThat(said(store().read())).containsOnly("a");
    assertThat(seen()).isEqualTo("aaa");
    assertThat(store().write(changes("d", store().read())).all()).hasSize(3);
  }

  @Test
  void whatPeopleEditMeanwhileStaysAndTheWriterHearsOfIt() throws Exception {
    store().write(changes("a", store().read()));
    CommitLog.Last committed = dies("b", 0);
    Path by = Files.writeString(root.resolve("by.hand"), "hand");
    Files.move(by, root.resolve("users/a.json"), StandardCopyOption.REPLACE_EXISTING);

    assertThat(log().rollForward(committed, () -> {})).containsExactly("users/a.json");
    assertThat(said(store().read())).containsExactly("b", "hand", "b");
  }

  @Test
  void commitsLeaveNoTextBehind() throws Exception {
    store().write(changes("a", store().read()));
    store().write(changes("secret", store().read()));

    assertThat(commit(2)).isEmptyFile();
    assertThat(commit(1)).isEmptyFile();
    assertThat(root.resolve(".heimdall/aside")).isEmptyDirectory();
  }

  @Test
  void whoMayNotWriteReadsWholeCommits() throws Exception {
    store().write(changes("a", store().read()));
    for (int shown = 0; shown <= NAMES.size(); shown++) {
      String before = seen();
      dies("b" + shown, shown);
      DirectoryStore reader =
          new DirectoryStore(
              new StoreLocation.Directory(root),
              Duration.ofSeconds(10),
              new CommitLog(root, false));

      assertThat(said(reader.read())).containsOnly("b" + shown);
      assertThat(seen())
          .isEqualTo(("b" + shown).repeat(shown) + before.substring(before.length() * shown / 3));
      store().read();
    }
  }

  @Test
  void whatIsReadWhileOthersCommitIsNeverAMixture() throws Exception {
    store().write(changes("0", store().read()));
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        readers.add(threads.submit(reader(over)));
      }
      Future<?> writer =
          threads.submit(
              (Callable<Void>)
                  () -> {
                    for (int i = 1; i <= 100; i++) {
                      store().write(changes("" + i, store().read()));
                    }
                    over.set(true);
                    return null;
                  });
      writer.get();
      for (Future<Integer> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    } finally {
      over.set(true);
      threads.shutdownNow();
    }
    assertThat(said(store().read())).containsOnly("100");
  }

  private Callable<Integer> reader(AtomicBoolean over) {
    return () -> {
      int read = 0;
      while (!over.get()) {
        List<String> said = said(store().read());
        assertThat(said).hasSize(3);
        assertThat(said.stream().distinct()).as("%s", said).hasSize(1);
        read++;
      }
      return read;
    };
  }

  @Test
  void ofManyWritersOfOverlappingDocumentsEachCommitCountsWhole() throws Exception {
    for (String name : NAMES) {
      store().write(List.of(Change.create(name, Content.of("0"))));
    }
    List<List<String>> sets =
        List.of(NAMES.subList(0, 2), NAMES.subList(1, 3), List.of(NAMES.get(0), NAMES.get(2)));
    ExecutorService threads = Executors.newFixedThreadPool(sets.size());
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (List<String> names : sets) {
        writers.add(threads.submit((Callable<Void>) () -> count(names, 6)));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(said(store().read())).containsOnly("12");
  }

  private Void count(List<String> names, int times) throws StoreException {
    for (int done = 0; done < times; ) {
      Documents now = store().read();
      List<Change> changes = new ArrayList<>();
      for (String name : names) {
        int number = Integer.parseInt(new String(now.contents().get(name).bytes()));
        changes.add(
            Change.replace(name, Content.of("" + (number + 1)), now.versionOf(name).orElseThrow()));
      }
      try {
        store().write(changes);
        done++;
      } catch (StoreException e) {
        if (e.kind() != StoreException.Kind.CONFLICT) {
          throw e;
        }
        assertThat(e.written()).isEmpty();
      }
    }
    return null;
  }

  @Test
  void whoTookANumberThatOthersHaveLongPassedHasCommittedNothing() throws Exception {
    for (int i = 0; i < 12; i++) {
      store().write(changes("" + i, store().read()));
    }
    // As after a day: the numbers are free again, for a writer that slept since.
    for (int i = 0; i < 4; i++) {
      Files.deleteIfExists(commit(i));
    }
    assertThat(log().append(List.of(), 2)).isEmpty();
    assertThat(commit(3)).doesNotExist();
    assertThat(new CommitLog(root).last().number()).isEqualTo(12);
  }

  @Test
  void ofManyCommitsTheLastAreKept() throws Exception {
    for (int i = 0; i < 40; i++) {
      store().write(changes("" + i, store().read()));
    }
    Path commits = root.resolve(".heimdall/commits");
    assertThat(commit(0)).as("it may be looked for").exists();
    new NumberedFiles(root, commits, Duration.ofDays(1), Duration.ZERO).prune();

    assertThat(commit(7)).doesNotExist();
    assertThat(commit(8)).exists();
    assertThat(said(store().read())).containsOnly("39");
  }

  @Test
  void oldCommitsAreForgotten() throws Exception {
    for (int i = 0; i < 12; i++) {
      store().write(changes("" + i, store().read()));
    }
    new NumberedFiles(root, root.resolve(".heimdall/commits"), Duration.ZERO).prune();

    assertThat(commit(11)).doesNotExist();
    assertThat(commit(12)).exists();
    assertThat(said(store().read())).containsOnly("11");
  }
}
