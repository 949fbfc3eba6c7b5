package dev.heimdall.manager.edit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.history.History;
import dev.heimdall.manager.history.Revision;
import dev.heimdall.manager.history.Room;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits that are written down, and gone back from. */
class EditorHistoryTest {
  private static final Author ALICE = new Author("alice", "127.0.0.1", "because");
  private static final String VDB = "{\"ports\": [5432], \"source\": \"app\"}";

  @TempDir private Path directory;

  private Editor editor;
  private Editor other;

  @BeforeEach
  void open() throws Exception {
    editor = opened();
    other = opened();
    editor.commit(
        List.of(
            create("users/app.json", "{\"password\": \"some-word\"}"),
            create("sources/app.json", "{\"url\": \"jdbc:postgresql://db\", \"user\": \"app\"}"),
            create("vdbs/app.json", VDB)),
        ALICE);
  }

  @AfterEach
  void close() {
    editor.close();
    other.close();
  }

  private Editor opened() throws Exception {
    return new Editor(
        DocumentStore.open(StoreLocation.of(configuration().toString())),
        Optional.of(
            new History(
                DocumentStore.open(StoreLocation.of(directory.resolve("history").toString())),
                History.Kept.standard(),
                Clock.systemUTC())),
        new AuditLog(Optional.empty(), Clock.systemUTC()));
  }

  private Path configuration() {
    return directory.resolve("configuration");
  }

  private static Change create(String name, String content) {
    return Change.create(name, Content.of(content));
  }

  private void replace(Editor by, String content) throws Exception {
    by.commit(
        List.of(
            Change.replace(
                "vdbs/app.json",
                Content.of(content),
                by.read().versionOf("vdbs/app.json").orElseThrow())),
        ALICE);
  }

  private List<Integer> numbers() throws Exception {
    return editor.revisions().stream().map(Revision::number).toList();
  }

  @Test
  void goingBackIsACommitOfItsOwn() throws Exception {
    replace(other, VDB.replace("5432", "5433"));
    editor.commit(List.of(create("users/b.json", "{\"password\": \"b\"}")), ALICE);

    assertThat(editor.goBack(1, ALICE)).isPresent();

    assertThat(other.read().contents())
        .containsOnlyKeys("users/app.json", "sources/app.json", "vdbs/app.json");
    assertThat(other.read().contents().get("vdbs/app.json")).isEqualTo(Content.of(VDB));
    Revision last = other.revisions().get(0);
    assertThat(last.number()).isEqualTo(4);
    assertThat(last.of()).hasValue(1);
    assertThat(last.signature().orElseThrow().comment()).isEqualTo("because");
    assertThat(editor.goBack(9, ALICE)).isEmpty();
    assertThat(editor.goBack(4, ALICE)).isPresent();
    assertThat(numbers()).containsExactly(4, 3, 2, 1);
  }

  @Test
  void whatSomebodyWritesByHandIsNobodysRevision() throws Exception {
    Files.writeString(configuration().resolve("vdbs/app.json"), VDB.replace("5432", "5555"));

    Revision last = editor.revisions().get(0);

    assertThat(last.signature()).isEmpty();
    assertThat(editor.changes(last.number()).orElseThrow().get(0).values(new Room()).toString())
        .isEqualTo("[$.ports[0]]");
  }

  @Test
  void whatWasRefusedIsNotInTheHistory() throws Exception {
    assertThatThrownBy(() -> replace(editor, "{}")).isInstanceOf(EditRefused.Wrong.class);
    assertThatThrownBy(() -> editor.commit(List.of(create("vdbs/app.json", VDB)), ALICE))
        .isInstanceOf(EditRefused.Outdated.class);

    assertThat(numbers()).containsExactly(1);
  }

  @Test
  void aHistoryThatIsUnavailableKeepsNobodyFromRepairing() throws Exception {
    Path history = directory.resolve("history");
    Path large = history.resolve("large.json");
    Files.write(large, new byte[DocumentStore.LARGEST + 1]);

    replace(editor, VDB.replace("5432", "5433"));
    Files.delete(large);

    assertThat(editor.read().contents().get("vdbs/app.json").toString()).isNotEmpty();
    assertThat(editor.revisions().get(0).signature()).isEmpty();
    assertThat(numbers()).containsExactly(2, 1);
  }
}
