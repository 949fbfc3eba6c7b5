package dev.heimdall.cdk;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that looks at templates, of the version that a folder of {@code test/drivers} has. */
final class InstalledScanner {
  private static final Path DRIVERS = Path.of("..", "test", "drivers").toAbsolutePath().normalize();

  /** Everything may have to be downloaded, and others may be busy with that. */
  private static final long MINUTES = 15;

  private final Path work;
  private final Path program;

  /** What it said, and how it ended. */
  record Said(int status, String text) {}

  /**
   * Installs it, unless it is there; without it the test is left out, and fails with CI=true.
   *
   * @param toolchain the folder
   * @param program what it is called in there
   */
  InstalledScanner(Path work, String toolchain, String program) throws Exception {
    this.work = work;
    this.program =
        DRIVERS
            .resolveSibling("target")
            .resolve("drivers")
            .resolve(toolchain)
            .resolve("bin")
            .resolve(program);
    Said installed = said(List.of(DRIVERS.resolve("install").toString(), toolchain), true);
    if (installed.status() != 0) {
      String why = program + " cannot be run: " + installed.text().strip();
      if ("true".equals(System.getenv("CI"))) {
        fail(why);
      }
      abort(why);
    }
  }

  /** Runs it; what it says of itself, beside what it finds, is left. */
  Said run(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(arguments);
    return said(command, false);
  }

  private Said said(List<String> command, boolean all) throws IOException, InterruptedException {
    Path output = Files.createTempFile(work, "said", ".txt");
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(work.toFile()).redirectOutput(output.toFile());
    if (all) {
      builder.redirectErrorStream(true);
    } else {
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    }
    // There may be no git.
    builder.environment().put("GIT_PYTHON_REFRESH", "quiet");
    builder.environment().put("LOG_LEVEL", "ERROR");
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      fail(command + " did not end within " + MINUTES + " minutes");
    }
    return new Said(process.exitValue(), Files.readString(output));
  }
}
