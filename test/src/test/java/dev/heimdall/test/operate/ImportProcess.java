package dev.heimdall.test.operate;

import dev.heimdall.test.fixture.Ended;
import dev.heimdall.test.fixture.HeimdallJvm;
import java.nio.file.Path;
import java.util.List;

/** {@code heimdall import} as a process of its own. */
final class ImportProcess {
  private ImportProcess() {}

  /**
   * Imports a file; gives what was printed.
   *
   * @param from the command of what the file is of
   * @param written a directory that is not there yet
   */
  static String run(String from, Path file, Path written) throws Exception {
    List<String> command =
        HeimdallJvm.command(
            List.of("import", from, file.toString(), "--output", written.toString()));
    return Ended.of(new ProcessBuilder(command), file.resolveSibling("import.out"), 2).well();
  }
}
