package dev.heimdall.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two people edit one configuration, each in a directory of their own. */
class WorkingCopyTest {
  @TempDir private Path root;

  private DocumentStore store;
  private WorkingCopy hers;
  private WorkingCopy his;

  @BeforeEach
  void open() throws Exception {
    store = DocumentStore.open(StoreLocation.of(root.resolve("store").toString()));
    hers = copy("hers");
    his = copy("his");
    edit("hers", "node.json", "{}");
    edit("hers", "users/a.json", "{\"a\": 1}");
    edit("hers", "README.md", "not part of it");
    hers.push(false);
  }

  private WorkingCopy copy(String name) {
    return new WorkingCopy(new StoreLocation.Directory(root.resolve(name)), store);
  }

  private void edit(String who, String name, String content) throws IOException {
    Path file = root.resolve(who).resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private Path file(String who, String name) {
    return root.resolve(who).resolve(name);
  }

  @Test
  void whatOnePushesTheOtherPulls() throws Exception {
    assertThat(his.pull(false)).containsExactly("node.json", "users/a.json");
    assertThat(file("his", "users/a.json")).hasContent("{\"a\": 1}");
    assertThat(file("his", "README.md")).doesNotExist();

    edit("his", "users/b.json", "{}");
    Files.delete(file("his", "users/a.json"));
    assertThat(his.push(false)).containsExactly("users/a.json", "users/b.json");
    assertThat(hers.pull(false)).containsExactly("users/a.json", "users/b.json");
    assertThat(file("hers", "users/a.json")).doesNotExist();
    assertThat(file("hers", "README.md")).exists();
    assertThat(hers.push(false)).isEmpty();
  }

  @Test
  void aPushOverAnEditThatWasNotPulledWritesNothing() throws Exception {
    his.pull(false);
    edit("his", "users/a.json", "{\"a\": 2}");
    his.push(false);
    edit("hers", "users/a.json", "{\"a\": 3}");
    edit("hers", "node.json", "{\"drainTimeout\": \"1s\"}");

    assertThatThrownBy(() -> hers.push(false))
        .isInstanceOfSatisfying(
            StoreException.class, e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.CONFLICT))
        .hasMessageContaining("changed by somebody else")
        .hasMessageContaining("users/a.json")
        .hasMessageNotContaining("node.json");
    assertThat(store.read().contents().get("users/a.json")).isEqualTo(Content.of("{\"a\": 2}"));
    assertThat(store.read().contents().get("node.json")).isEqualTo(Content.of("{}"));

    assertThat(hers.push(true)).containsExactly("node.json", "users/a.json");
    assertThat(store.read().contents().get("users/a.json")).isEqualTo(Content.of("{\"a\": 3}"));
  }

  @Test
  void aDocumentThatSomebodyAddedIsNotDeletedByAPushWithoutIt() throws Exception {
    his.pull(false);
    edit("his", "users/b.json", "{}");
    his.push(false);

    assertThatThrownBy(() -> hers.push(false))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("users/b.json");
  }

  @Test
  void aPullOverAnEditThatWasNotPushedWritesNothing() throws Exception {
    his.pull(false);
    edit("hers", "users/a.json", "{\"a\": 2}");
    hers.push(false);
    edit("his", "users/a.json", "{\"a\": 3}");

    assertThatThrownBy(() -> his.pull(false))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("was edited since")
        .hasMessageContaining("users/a.json");
    assertThat(file("his", "users/a.json")).hasContent("{\"a\": 3}");

    his.pull(true);
    assertThat(file("his", "users/a.json")).hasContent("{\"a\": 2}");
  }

  @Test
  void aDirectoryThatNeverPulledMayNotPushOverWhatIsThere() throws Exception {
    edit("his", "node.json", "{\"http\": {}}");

    assertThatThrownBy(() -> his.push(false))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("node.json, users/a.json");
  }

  @Test
  void nothingIsNotPushedAndNotPulled() throws Exception {
    assertThatThrownBy(() -> his.push(true))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("holds no documents");
    try (DocumentStore empty =
        DocumentStore.open(StoreLocation.of(root.resolve("none").toString()))) {
      assertThatThrownBy(
              () ->
                  new WorkingCopy(new StoreLocation.Directory(root.resolve("hers")), empty)
                      .pull(true))
          .isInstanceOf(StoreException.class);
    }
    assertThat(file("hers", "node.json")).exists();
  }
}
