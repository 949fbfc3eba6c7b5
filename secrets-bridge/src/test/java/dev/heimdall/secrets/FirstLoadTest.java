package dev.heimdall.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory that is filled from a store the first time. */
class FirstLoadTest {
  private static final int DOCUMENTS = 30;
  private static final int MACHINES = 4;

  @TempDir private Path root;

  private DocumentStore source;
  private StoreLocation.Directory directory;

  @BeforeEach
  void open() throws Exception {
    source = DocumentStore.open(StoreLocation.of(root.resolve("source").toString()));
    directory = new StoreLocation.Directory(root.resolve("directory"));
  }

  private void hold(int documents) throws StoreException {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < documents; i++) {
      changes.add(Change.create("users/u" + i + ".json", Content.of("{\"u\": " + i + "}")));
    }
    source.write(changes);
  }

  private Documents there() throws StoreException {
    return new DirectoryStore(directory).read();
  }

  @Test
  void anEmptyDirectoryIsFilledOnce() throws Exception {
    hold(3);

    assertThat(new FirstLoad(directory).from(source)).hasSize(3);
    assertThat(there()).isEqualTo(source.read());

    source.write(List.of(Change.create("node.json", Content.of("{}"))));
    assertThat(new FirstLoad(directory).from(source)).isEmpty();
    assertThat(there().all()).hasSize(3);
  }

  @Test
  void whatSomebodyHasWrittenIsLeftAlone() throws Exception {
    hold(3);
    Path mine = write("users/mine.json");

    assertThat(new FirstLoad(directory).from(source)).isEmpty();
    assertThat(there().all()).containsOnlyKeys("users/mine.json");
    assertThat(mine).hasContent("{}");
  }

  @Test
  void oneThatEndedInTheMiddleIsContinuedAndEditsStay() throws Exception {
    hold(3);
    write("users/u1.json");
    write(".heimdall/first-load");

    assertThat(new FirstLoad(directory).from(source))
        .containsExactly("users/u0.json", "users/u2.json");
    assertThat(there().all().get("users/u1.json").content()).isEqualTo(Content.of("{}"));
    assertThat(new FirstLoad(directory).from(source)).isEmpty();
  }

  @Test
  void severalMachinesThatBootTogetherFillItTogether() throws Exception {
    hold(DOCUMENTS);
    ExecutorService machines = Executors.newFixedThreadPool(MACHINES);
    try {
      List<Future<List<String>>> all = new ArrayList<>();
      for (int i = 0; i < MACHINES; i++) {
        all.add(machines.submit(() -> new FirstLoad(directory).from(source)));
      }
      for (Future<List<String>> machine : all) {
        machine.get();
      }
    } finally {
      machines.shutdownNow();
    }
    assertThat(there()).isEqualTo(source.read());
  }

  @Test
  void aSourceThatHoldsNothingIsToldAndTriedAgain() throws Exception {
    assertThatThrownBy(() -> new FirstLoad(directory).from(source))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("holds no documents");
    hold(1);
    assertThat(new FirstLoad(directory).from(source)).hasSize(1);
  }

  private Path write(String name) throws IOException {
    Path file = directory.path().resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "{}");
  }
}
