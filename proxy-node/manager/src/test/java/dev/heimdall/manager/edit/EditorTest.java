package dev.heimdall.manager.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.OpenSecrets;
import dev.heimdall.model.Problem;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What edits are judged by. */
class EditorTest {
  private static final Author SOMEBODY = new Author("admin", "127.0.0.1");
  private static final String SOURCE = "{\"url\": \"jdbc:postgresql://db\", \"user\": \"app\"}";

  @TempDir private Path directory;

  private Editor editor;

  @BeforeEach
  void open() throws Exception {
    editor = new Editor(DocumentStore.open(StoreLocation.of(directory.toString())));
    editor.commit(
        List.of(
            create("users/app.json", "{\"password\": \"some-word\"}"),
            create("sources/app.json", SOURCE),
            create("vdbs/app.json", "{\"ports\": [5432], \"source\": \"app\"}")),
        SOMEBODY);
  }

  @AfterEach
  void close() {
    editor.close();
  }

  private static Change create(String name, String content) {
    return Change.create(name, Content.of(content));
  }

  @Test
  void nobodyWaitsForWhatAReaderHasChecked() throws Exception {
    CountDownLatch checked = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    FileCheck slow =
        configuration -> {
          if (configuration.vdbs().containsKey("slow")) {
            checked.countDown();
            try {
              goOn.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          return List.of();
        };
    AuditLog audit = new AuditLog(Optional.empty(), Clock.systemUTC());
    DocumentStore store = DocumentStore.open(StoreLocation.of(directory.toString()));
    ExecutorService other = Executors.newSingleThreadExecutor();
    try (Editor shared = new Editor(store, Optional.empty(), audit, slow, RegionFacts.unknown())) {
      Change change = create("vdbs/slow.json", "{\"ports\": [5433], \"source\": \"app\"}");
      Future<List<Problem>> problems = other.submit(() -> shared.checkOfReader(List.of(change)));
      checked.await();
      try {
        assertThat(shared.read().all()).containsKey("vdbs/app.json");
        assertThat(shared.look().problems()).isEmpty();
        assertThat(shared.check(List.of())).isEmpty();
        assertThat(shared.look(List.of()).problems()).isEmpty();
        Change mine = create("users/new.json", "{\"password\": \"some-word\"}");
        assertThat(shared.commit(List.of(mine), SOMEBODY).problems()).isEmpty();
        assertThat(problems).isNotDone();
      } finally {
        goOn.countDown();
      }
      assertThat(problems.get()).isEmpty();
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void aDocumentBelowAnotherOneIsAProblemOfTheirs() throws Exception {
    assertThat(editor.check(List.of(create("vdbs/app.json/x", "{}"))))
        .singleElement()
        .extracting(Problem::toString)
        .asString()
        .startsWith("vdbs/app.json/x $: got a document below the document vdbs/app.json");
  }

  @Test
  void whatTheManagersOwnRegionDoesNotHaveIsRefusedAndReferencesStayAsTheyAreWritten()
      throws Exception {
    String named = "{\"url\": \"jdbc:postgresql://${region.database}\"}";
    editor.commit(List.of(create("sources/other.json", named)), SOMEBODY);
    assertThat(directory.resolve("sources/other.json")).content().contains("${region.database}");

    Path facts = Files.writeString(directory.resolve(".facts"), "{\"database\": \"db.example\"}");
    try (Editor knowing =
        new Editor(
            DocumentStore.open(StoreLocation.of(directory.toString())),
            Optional.empty(),
            new AuditLog(Optional.empty(), Clock.systemUTC()),
            configuration -> List.of(),
            RegionFacts.read(facts))) {
      assertThat(knowing.look().problems()).isEmpty();
      assertThat(knowing.check(List.of(create("sources/third.json", named.replace("base", "bas")))))
          .singleElement()
          .extracting(Problem::toString)
          .asString()
          .contains("got ${region.databas}", "did you mean \"${region.database}\"?");
    }
  }

  @Test
  void aNodeFindsNothingWrongWithTheModesOfWhatIsWritten() throws Exception {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));

    assertThat(OpenSecrets.of(directory, ConfigurationReader.read(directory))).isEmpty();

    Path user = directory.resolve("users/app.json");
    Files.setPosixFilePermissions(user, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(OpenSecrets.of(directory, ConfigurationReader.read(directory))).hasSize(1);
  }

  @Test
  void whatWasRefusedIsNotThereForTheNextEditThatNeedsIt() throws Exception {
    assertThatThrownBy(
            () ->
                editor.commit(
                    List.of(create("sources/other.json", SOURCE), create("vdbs/app.json/x", "{}")),
                    SOMEBODY))
        .isInstanceOf(EditRefused.Wrong.class);

    assertThatThrownBy(
            () ->
                editor.commit(
                    List.of(
                        create("vdbs/other.json", "{\"ports\": [5433], \"source\": \"other\"}")),
                    SOMEBODY))
        .isInstanceOf(EditRefused.Wrong.class);
    assertThat(editor.read().all()).doesNotContainKey("vdbs/other.json");
  }
}
