package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.mysql.EmbeddedMariaDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data directories are made beside other servers, which may be making theirs. */
class FreshDataIT {
  @Test
  void whatMakesADataDirectoryLeavesTemporaryFilesOfOtherServersAlone(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path others = Files.createTempFile("#sql-temptable-", ".MAI");
    try {
      Path data = folder.resolve("data");
      Path log = folder.resolve("log");
      Process made =
          new ProcessBuilder(EmbeddedMariaDb.unpacked(step -> {}).initialise(data))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();

      assertThat(made.waitFor(2, TimeUnit.MINUTES)).isTrue();
      assertThat(made.exitValue()).as(Files.readString(log)).isZero();
      assertThat(data.resolve("mysql")).isDirectory();
      assertThat(others).exists();
    } finally {
      Files.deleteIfExists(others);
    }
  }
}
