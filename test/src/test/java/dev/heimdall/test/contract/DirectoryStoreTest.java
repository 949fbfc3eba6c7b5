package dev.heimdall.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents in a directory. */
class DirectoryStoreTest extends DocumentStoreContract {
  @TempDir private Path directory;

  @Override
  DocumentStore another() throws StoreException {
    return DocumentStore.open(StoreLocation.of(directory.toString()));
  }

  @Test
  void documentsAreFilesThatTheConfigurationsReaderFinds() throws Exception {
    create(store(), "users/a.json", "{}");

    assertThat(directory.resolve("users/a.json")).hasContent("{}");
    Files.writeString(directory.resolve("README.md"), "text for people");
    Files.writeString(directory.resolve(".swp"), "an editor's");
    assertThat(store().read().all()).containsOnlyKeys("users/a.json");
  }

  /** People and other programs delete files while the store is read. */
  @Test
  void aFileThatGoesAwayWhileTheStoreIsReadIsNoTrouble() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    Files.createDirectories(directory.resolve("users"));
    Files.writeString(directory.resolve("users/stays.json"), "{}");
    Thread restless =
        new Thread(
            () -> {
              try {
                Path file = directory.resolve("users/fleeting.json");
                while (!over.get()) {
                  Files.writeString(file, "{}");
                  Files.delete(file);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    restless.start();
    try {
      for (int i = 0; i < 3000; i++) {
        assertThat(store().read().all()).containsKey("users/stays.json");
      }
    } finally {
      over.set(true);
      restless.join();
    }
  }
}
