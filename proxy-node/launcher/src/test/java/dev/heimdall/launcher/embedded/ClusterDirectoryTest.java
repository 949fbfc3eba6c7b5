package dev.heimdall.launcher.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterDirectoryTest {
  @TempDir private Path parent;

  @Test
  void theRemainsOfAKilledProcessAreDeleted() throws IOException {
    Path remains = remains("heimdall-postgres-0-x", Instant.now().minusSeconds(3600));

    ClusterDirectory.deleteRemains(parent, "postgres");

    assertThat(remains).doesNotExist();
  }

  @Test
  void aDirectoryCreatedJustNowIsLeftAlone() throws IOException {
    Path fresh = remains("heimdall-postgres-0-y", Instant.now());

    ClusterDirectory.deleteRemains(parent, "postgres");

    assertThat(fresh).exists();
  }

  @Test
  void aDirectoryOfThisProcessIsLeftAlone() throws IOException {
    String name = "heimdall-postgres-" + ProcessHandle.current().pid() + "-z";
    Path own = remains(name, Instant.now().minusSeconds(3600));

    ClusterDirectory.deleteRemains(parent, "postgres");

    assertThat(own).exists();
  }

  @Test
  void aDirectoryWithoutALockIsSomebodyElses() throws IOException {
    Path other = Files.createDirectory(parent.resolve("heimdall-postgres-notes"));

    ClusterDirectory.deleteRemains(parent, "postgres");

    assertThat(other).exists();
  }

  private Path remains(String name, Instant written) throws IOException {
    Path directory = Files.createDirectories(parent.resolve(name).resolve("primary")).getParent();
    Path lock = Files.createFile(directory.resolve("owner.lock"));
    Files.setLastModifiedTime(lock, FileTime.from(written));
    return directory;
  }
}
