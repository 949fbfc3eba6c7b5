package dev.heimdall.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps builds from compiling templates anew that are as they were. */
class KeepUnchangedTest {
  private static final FileTime FIRST = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
  private static final FileTime SECOND = FileTime.from(Instant.parse("2026-02-02T00:00:00Z"));

  @TempDir Path folder;

  @Test
  void onlyWhatSaysSomethingElseIsNewer() throws Exception {
    generate("forms/Same.java", "the same", FIRST);
    generate("Other.java", "one", FIRST);
    keepUnchanged();

    generate("forms/Same.java", "the same", SECOND);
    generate("Other.java", "two", SECOND);
    generate("Added.java", "new", SECOND);
    keepUnchanged();

    assertThat(time("forms/Same.java")).isEqualTo(FIRST);
    assertThat(time("Other.java")).isEqualTo(SECOND);
    assertThat(time("Added.java")).isEqualTo(SECOND);
  }

  private void generate(String name, String text, FileTime time) throws IOException {
    Path file = folder.resolve("generated").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, time);
  }

  private FileTime time(String name) throws IOException {
    return Files.getLastModifiedTime(folder.resolve("generated").resolve(name));
  }

  private void keepUnchanged() throws Exception {
    Process script =
        new ProcessBuilder(
                "src/build/keep-unchanged",
                folder.resolve("generated").toString(),
                folder.resolve("before").toString())
            .inheritIO()
            .start();
    assertThat(script.waitFor()).isZero();
  }
}
