package dev.heimdall.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory follows a store, which is another directory here. */
class StoreMirrorTest {
  @TempDir private Path root;

  private final List<StoreMirror> open = new ArrayList<>();
  private Path store;

  @BeforeEach
  void fill() throws IOException {
    store = root.resolve("store");
    write("node.json", "{}");
    write("users/a.json", "right");
  }

  @AfterEach
  void close() {
    open.forEach(StoreMirror::close);
  }

  private void write(String name, String content) throws IOException {
    Path file = store.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  /** It looks when it is told; a configuration is wrong when its user says so. */
  private StoreMirror start() throws StoreException {
    return start(DocumentStore.open(StoreLocation.of(store.toString())));
  }

  private StoreMirror start(DocumentStore followed) throws StoreException {
    StoreLocation location = followed.location();
    StoreMirror mirror =
        StoreMirror.start(
            followed,
            new StoreMirror.Options(
                Duration.ofHours(1),
                Optional.of(new LastGoodCopy(root.resolve("state"), location, Optional.empty())),
                directory -> !content(directory.resolve("users/a.json")).contains("wrong")));
    open.add(mirror);
    return mirror;
  }

  private static String content(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void storeIsAway() throws IOException {
    Files.move(store, root.resolve("elsewhere"));
  }

  private void storeIsBack() throws IOException {
    Files.move(root.resolve("elsewhere"), store);
  }

  @Test
  void itShowsWhatTheStoreHoldsAndFollowsIt() throws Exception {
    StoreMirror mirror = start();
    assertThat(mirror.directory().resolve("users/a.json")).hasContent("right");

    write("users/a.json", "right again");
    write("vdbs/new.json", "new");
    Files.delete(store.resolve("node.json"));
    mirror.look();

    assertThat(mirror.directory().resolve("users/a.json")).hasContent("right again");
    assertThat(mirror.directory().resolve("vdbs/new.json")).hasContent("new");
    assertThat(mirror.directory().resolve("node.json")).doesNotExist();

    Files.delete(store.resolve("vdbs/new.json"));
    mirror.look();
    assertThat(mirror.directory().resolve("vdbs")).doesNotExist();
  }

  @Test
  void aDocumentThatOverwhelmsWhoeverReadsItDoesNotEndTheFollowing() throws Exception {
    StoreMirror mirror =
        StoreMirror.start(
            DocumentStore.open(StoreLocation.of(store.toString())),
            new StoreMirror.Options(
                Duration.ofMillis(5),
                Optional.empty(),
                directory -> {
                  if (content(directory.resolve("users/a.json")).contains("deep")) {
                    throw new StackOverflowError();
                  }
                  return true;
                }));
    open.add(mirror);
    Path shown = mirror.directory().resolve("users/a.json");

    write("users/a.json", "deep");
    await(() -> content(shown).equals("deep"));
    write("users/a.json", "right again");
    await(() -> content(shown).equals("right again"));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(end);
      Thread.sleep(5);
    }
  }

  @Test
  void whatANodeHasLearntStays() throws Exception {
    StoreMirror mirror = start();
    Path learned = Files.createDirectory(mirror.directory().resolve("learned"));
    Files.writeString(learned.resolve("list.json"), "{}");

    write("users/a.json", "right again");
    mirror.look();

    assertThat(learned.resolve("list.json")).exists();
  }

  @Test
  void filesThatDidNotChangeStayAsTheyAre() throws Exception {
    StoreMirror mirror = start();
    Object before = Files.getAttribute(mirror.directory().resolve("node.json"), "unix:ino");

    write("users/a.json", "right again");
    mirror.look();

    assertThat(Files.getAttribute(mirror.directory().resolve("node.json"), "unix:ino"))
        .isEqualTo(before);
  }

  @Test
  void onlyItsOwnerCanReadIt() throws Exception {
    Path directory = start().directory();

    assertThat(Files.getPosixFilePermissions(directory)).hasSize(3);
    assertThat(Files.getPosixFilePermissions(directory.resolve("users/a.json"))).hasSize(2);
  }

  @Test
  void aStoreThatIsAwayChangesNothing() throws Exception {
    StoreMirror mirror = start();
    StoreMirror.State before = mirror.state();
    assertThat(before.looked()).isPresent();
    assertThat(before.copy()).isEmpty();
    storeIsAway();
    mirror.look();

    assertThat(mirror.state().version()).isEqualTo(before.version());
    assertThat(mirror.state().looked()).isEqualTo(before.looked());
    assertThat(mirror.directory().resolve("users/a.json")).hasContent("right");
    assertThat(mirror.state().trouble().orElseThrow()).contains("holds no documents any more");

    storeIsBack();
    write("users/a.json", "right again");
    mirror.look();
    assertThat(mirror.state().trouble()).isEmpty();
    assertThat(mirror.state().version()).isNotEqualTo(before.version());
    assertThat(mirror.state().looked()).isNotEqualTo(before.looked());
    assertThat(mirror.directory().resolve("users/a.json")).hasContent("right again");
  }

  @Test
  void itStartsFromTheLastRightCopyAndFollowsAgainWhenTheStoreIsBack() throws Exception {
    StoreMirror first = start();
    write("users/a.json", "right again");
    first.look();
    write("users/a.json", "wrong");
    first.look();
    assertThat(first.directory().resolve("users/a.json")).hasContent("wrong");
    first.close();
    storeIsAway();

    StoreMirror second = start();
    assertThat(second.directory().resolve("users/a.json")).hasContent("right again");
    assertThat(second.state().trouble()).isPresent();

    storeIsBack();
    write("users/a.json", "right at last");
    second.look();
    assertThat(second.directory().resolve("users/a.json")).hasContent("right at last");
    assertThat(second.state().trouble()).isEmpty();
  }

  @Test
  void aWrongConfigurationAtTheStartIsReplacedByTheLastRightOne() throws Exception {
    start().close();
    write("users/a.json", "wrong");

    StoreMirror mirror = start();
    assertThat(mirror.directory().resolve("users/a.json")).hasContent("right");

    mirror.look();
    assertThat(mirror.directory().resolve("users/a.json")).hasContent("right");
    write("users/a.json", "right now");
    mirror.look();
    assertThat(mirror.directory().resolve("users/a.json")).hasContent("right now");
  }

  @Test
  void withoutACopyAWrongConfigurationIsShownForItsReaderToTell() throws Exception {
    write("users/a.json", "wrong");

    assertThat(start().directory().resolve("users/a.json")).hasContent("wrong");
  }

  @Test
  void withoutStoreAndCopyThereIsNothingToStartFrom() throws Exception {
    storeIsAway();

    assertThatThrownBy(this::start)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("holds no documents")
        .hasMessageContaining("There is no copy of it here yet");
  }

  /**
   * A pipe that nobody writes to: who opens it to read gets stuck, as on NFS without its server.
   */
  private Path hang() throws Exception {
    Path edits = Files.createDirectories(store.resolve(".heimdall/edits/users%2Fstuck.json"));
    Path pipe = edits.resolve("0");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  /** Whoever is stuck finds the end of the pipe; it is an edit like those that delete. */
  private static void letGo(Path pipe) throws IOException {
    Files.write(pipe, new byte[0]);
    Files.delete(pipe);
    Files.createFile(pipe);
  }

  @Test
  void aStoreThatDoesNotComeBackChangesNothingAndEndsNothing() throws Exception {
    StoreLocation.Directory location = (StoreLocation.Directory) StoreLocation.of(store.toString());
    StoreMirror mirror = start(new DirectoryStore(location, Duration.ofSeconds(2)));
    write("users/a.json", "right again");
    Path pipe = hang();

    mirror.look();
    mirror.look();
    assertThat(mirror.directory().resolve("users/a.json")).hasContent("right");
    assertThat(mirror.state().trouble().orElseThrow())
        .isEqualTo(store + " does not answer, as when the server of a file system is away.");
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("configuration-files")))
        .as("one is stuck, and no other one was begun")
        .hasSize(1);

    StoreMirror another = start(new DirectoryStore(location, Duration.ofSeconds(2)));
    assertThat(another.directory().resolve("users/a.json")).hasContent("right");
    assertThat(another.state().copy()).isPresent();
    another.close();

    letGo(pipe);
    mirror.look();
    assertThat(mirror.state().trouble()).isEmpty();
    assertThat(mirror.directory().resolve("users/a.json")).hasContent("right again");
  }

  @Test
  void whatAKilledProcessLeftIsDeletedByTheNext() throws Exception {
    StoreMirror alive = start();
    Path left = alive.directory().resolveSibling("heimdall-configuration-left");
    Files.createDirectories(left.resolve("users"));
    Files.writeString(left.resolve(".lock"), "");
    Files.writeString(left.resolve("users/a.json"), "secret");

    start();

    assertThat(left).doesNotExist();
    assertThat(alive.directory().resolve("users/a.json")).exists();
  }

  @Test
  void itsDirectoryGoesWithIt() throws Exception {
    StoreMirror mirror = start();
    mirror.close();

    assertThat(mirror.directory()).doesNotExist();
  }

  private static final String NAMES = SecretsEndpoint.arn("a");

  /** A document here is right when its secret is there, unless it names none. */
  private StoreMirror start(NamedSecrets secrets) throws Exception {
    DocumentStore followed = DocumentStore.open(StoreLocation.of(store.toString()));
    StoreMirror mirror =
        StoreMirror.start(
            followed,
            new StoreMirror.Options(
                Duration.ofHours(1),
                Optional.of(
                    new LastGoodCopy(root.resolve("state"), followed.location(), Optional.empty())),
                directory ->
                    !content(directory.resolve("users/a.json")).contains("arn:")
                        || held(directory).contains("\"" + NAMES + "\":\""),
                Optional.of(
                    new StoreMirror.Secrets(
                        secrets,
                        text -> text.contains(NAMES) ? List.of(NAMES) : List.of(),
                        ".secrets.json"))));
    open.add(mirror);
    return mirror;
  }

  private static String held(Path directory) {
    return content(directory.resolve(".secrets.json")).replaceFirst(",\"troubles.*", "");
  }

  @Test
  void secretsThatDocumentsNameAreBesideThemAndFollowed() throws Exception {
    try (SecretsEndpoint aws = new SecretsEndpoint()) {
      aws.holds("a", "canary");
      StoreMirror mirror = start(aws.secrets());
      Path file = mirror.directory().resolve(".secrets.json");
      assertThat(file).doesNotExist();

      write("users/a.json", NAMES);
      mirror.look();
      assertThat(held(mirror.directory())).contains("canary");
      assertThat(Files.getPosixFilePermissions(file)).hasSize(2);

      aws.holds("a", "rotated");
      mirror.look();
      assertThat(held(mirror.directory())).contains("rotated");
      assertThat(mirror.state().trouble()).isEmpty();

      aws.fails("AccessDeniedException");
      mirror.look();
      assertThat(held(mirror.directory())).contains("rotated");
      assertThat(mirror.state().trouble().orElseThrow())
          .contains("secretsmanager:GetSecretValue")
          .doesNotContain("rotated");

      write("users/a.json", "right");
      mirror.look();
      assertThat(file).doesNotExist();
      assertThat(mirror.state().trouble()).isEmpty();
    }
  }

  @Test
  void itStartsWithTheSecretsOfItsCopyWhileSecretsManagerIsAway() throws Exception {
    write("users/a.json", NAMES);
    try (SecretsEndpoint aws = new SecretsEndpoint()) {
      aws.holds("a", "canary");
      start(aws.secrets()).close();
      aws.fails("InternalServiceError");

      StoreMirror mirror = start(aws.secrets());
      assertThat(held(mirror.directory())).contains("canary");
      assertThat(mirror.state().copy()).as("its documents are those of the store").isEmpty();

      storeIsAway();
      StoreMirror alone = start(aws.secrets());
      assertThat(held(alone.directory())).contains("canary");
      assertThat(alone.state().copy()).isPresent();

      aws.fails("");
      aws.holds("a", "rotated");
      aws.later(60);
      alone.look();
      assertThat(held(alone.directory())).contains("rotated");
    }
  }

  @Test
  void documentsWhoseSecretCanBeReadAtLastTakeThePlaceOfTheCopy() throws Exception {
    try (SecretsEndpoint aws = new SecretsEndpoint()) {
      start(aws.secrets()).close();
      write("users/a.json", NAMES);

      StoreMirror mirror = start(aws.secrets());
      assertThat(mirror.directory().resolve("users/a.json")).hasContent("right");
      assertThat(mirror.state().copy()).isPresent();
      assertThat(mirror.state().trouble().orElseThrow()).contains("there is no secret");

      aws.holds("a", "canary");
      mirror.look();
      assertThat(mirror.directory().resolve("users/a.json")).hasContent(NAMES);
      assertThat(mirror.state().copy()).isEmpty();
      assertThat(mirror.state().trouble()).isEmpty();
    }
  }
}
