package dev.heimdall.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
