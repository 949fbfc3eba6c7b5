package dev.heimdall.test.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoredDocument;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two that read and write the same documents. */
abstract class DocumentStoreContract {
  /** It must never be in a message. */
  static final String CANARY = "canary-password";

  private static final String NAME = "vdbs/shop.json";
  private static final int WRITERS = 3;
  private static final int EDITS = 5;

  private final List<DocumentStore> open = new ArrayList<>();

  /** Another one on the same place, which is empty when a test begins. */
  abstract DocumentStore another() throws StoreException;

  final DocumentStore store() throws StoreException {
    DocumentStore store = another();
    open.add(store);
    return store;
  }

  @AfterEach
  void closeStores() {
    open.forEach(DocumentStore::close);
  }

  static Content content(String text) {
    return Content.of(text);
  }

  static Documents create(DocumentStore store, String name, String text) throws StoreException {
    return store.write(List.of(Change.create(name, content(text))));
  }

  /** A failure whose message holds no document. */
  static StoreException failure(StoreException.Kind kind, ThrowingCallable call) {
    StoreException failure = catchThrowableOfType(StoreException.class, call);
    assertThat(failure).isNotNull();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      assertThat(cause.toString()).doesNotContain(CANARY);
    }
    assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
    return failure;
  }

  @Test
  void nothingIsThereAtFirst() throws Exception {
    Documents none = store().read();

    assertThat(none.all()).isEmpty();
    assertThat(store().readIfChanged(none)).isEmpty();
  }

  @Test
  void whatOneWritesTheOtherReads() throws Exception {
    Documents written = create(store(), NAME, "{\"a\": \"ü\"}");
    Documents read = store().read();

    assertThat(read).isEqualTo(written);
    assertThat(read.contents()).containsOnlyKeys(NAME).containsValue(content("{\"a\": \"ü\"}"));
  }

  @Test
  void manyDocumentsAreReadWhole() throws Exception {
    List<Change> changes =
        IntStream.range(0, 25)
            .mapToObj(i -> Change.create("users/u" + i + ".json", content("{\"i\": " + i + "}")))
            .toList();
    store().write(changes);

    assertThat(store().read().all()).hasSize(25);
  }

  @Test
  void documentsMayBeAnyBytes() throws Exception {
    byte[] bytes = new byte[256];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    store().write(List.of(Change.create("server.p12", Content.of(bytes))));

    assertThat(store().read().contents().get("server.p12")).isEqualTo(Content.of(bytes));
  }

  @Test
  void aDocumentIsReplacedAndDeletedOverTheVersionThatWasRead() throws Exception {
    DocumentStore store = store();
    Documents one = create(store, NAME, "one");
    Documents two =
        store.write(
            List.of(Change.replace(NAME, content("two"), one.versionOf(NAME).orElseThrow())));
    assertThat(two.versionOf(NAME)).isPresent().isNotEqualTo(one.versionOf(NAME));
    assertThat(two.version()).isNotEqualTo(one.version());

    Documents none = store.write(List.of(Change.delete(NAME, two.versionOf(NAME).orElseThrow())));
    assertThat(none.all()).isEmpty();
    assertThat(store().read().all()).isEmpty();

    create(store, NAME, "three");
    assertThat(store().read().contents().get(NAME)).isEqualTo(content("three"));
  }

  @Test
  void anEditOfSomethingThatHasChangedIsAConflict() throws Exception {
    Documents one = create(store(), NAME, "one");
    String version = one.versionOf(NAME).orElseThrow();
    store().write(List.of(Change.replace(NAME, content("two"), version)));

    List<Change> late =
        List.of(
            Change.replace(NAME, content(CANARY), version),
            Change.delete(NAME, version),
            Change.create(NAME, content(CANARY)));
    for (Change change : late) {
      assertThat(
              failure(StoreException.Kind.CONFLICT, () -> store().write(List.of(change)))
                  .getMessage())
          .contains(NAME)
          .contains("somebody else")
          .contains("Nothing was written");
    }
    failure(
        StoreException.Kind.CONFLICT,
        () -> store().write(List.of(Change.delete("users/none.json", version))));
    assertThat(store().read().contents().get(NAME)).isEqualTo(content("two"));
  }

  @Test
  void ofSeveralChangesNoneIsMadeWhenOneIsTooLate() throws Exception {
    create(store(), NAME, "one");
    Documents before = store().read();

    failure(
        StoreException.Kind.CONFLICT,
        () ->
            store()
                .write(
                    List.of(
                        Change.create("users/a.json", content("{}")),
                        Change.create(NAME, content("two")))));

    assertThat(store().read()).isEqualTo(before);
  }

  @Test
  void severalChangesAreMadeTogether() throws Exception {
    Documents before = create(store(), NAME, "one");
    Documents after =
        store()
            .write(
                List.of(
                    Change.create("users/a.json", content("{}")),
                    Change.create("node.json", content("{}")),
                    Change.delete(NAME, before.versionOf(NAME).orElseThrow())));

    assertThat(after.all()).containsOnlyKeys("node.json", "users/a.json");
    assertThat(store().read()).isEqualTo(after);
  }

  @Test
  void aChangeIsSeenByWhoeverLooks() throws Exception {
    DocumentStore watching = store();
    create(store(), NAME, "one");
    Documents known = watching.read();
    assertThat(watching.readIfChanged(known)).isEmpty();

    StoredDocument one = known.all().get(NAME);
    store().write(List.of(Change.replace(NAME, content("two"), one.version())));
    Optional<Documents> changed = watching.readIfChanged(known);

    assertThat(changed.orElseThrow().contents()).containsValue(content("two"));
    assertThat(watching.readIfChanged(changed.get())).isEmpty();
  }

  @Test
  void whatIsTooLargeIsRefusedByName() throws Exception {
    byte[] large = new byte[DocumentStore.LARGEST + 1];

    assertThat(
            failure(
                    StoreException.Kind.OVERSIZED,
                    () -> store().write(List.of(Change.create(NAME, Content.of(large)))))
                .getMessage())
        .contains(NAME)
        .contains("1,048,577 bytes");
    assertThat(store().read().all()).isEmpty();
  }

  @Test
  void documentsDoNotShowThemselves() throws Exception {
    Documents written = create(store(), "users/a.json", CANARY);

    assertThat(written.toString() + written.all() + written.contents()).doesNotContain(CANARY);
  }

  @Test
  void ofSeveralThatWriteAtOnceEachEditCounts() throws Exception {
    create(store(), NAME, "0");
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        DocumentStore mine = store();
        writers.add(threads.submit((Callable<Void>) () -> count(mine)));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(store().read().contents().get(NAME))
        .isEqualTo(content(Integer.toString(WRITERS * EDITS)));
  }

  private static Void count(DocumentStore store) throws StoreException {
    for (int done = 0; done < EDITS; ) {
      StoredDocument now = store.read().all().get(NAME);
      int number = Integer.parseInt(new String(now.content().bytes(), StandardCharsets.UTF_8));
      try {
        store.write(
            List.of(Change.replace(NAME, content(Integer.toString(number + 1)), now.version())));
        done++;
      } catch (StoreException e) {
        if (e.kind() != StoreException.Kind.CONFLICT) {
          throw e;
        }
      }
    }
    return null;
  }
}
