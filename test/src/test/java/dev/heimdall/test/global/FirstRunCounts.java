package dev.heimdall.test.global;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * What a test found stays found: a failed test of a class that is run again, as the build does in
 * the same JVM, fails again without being tried. A simulation that finds something once in many
 * events would not find it a second time. The first failure is kept in {@code target/findings}.
 */
final class FirstRunCounts implements BeforeAllCallback, TestExecutionExceptionHandler {
  private static final Path FINDINGS = Path.of("target", "findings");

  /** One for each class and JVM. */
  private static Path finding(ExtensionContext context) {
    ProcessHandle own = ProcessHandle.current();
    return FINDINGS.resolve(
        "%s-%d-%d.txt"
            .formatted(
                context.getRequiredTestClass().getSimpleName(),
                own.pid(),
                own.info().startInstant().orElse(Instant.EPOCH).toEpochMilli()));
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    Path finding = finding(context);
    if (Files.exists(finding)) {
      throw new AssertionError(
          "not run again, as its first run failed: see " + finding.toAbsolutePath());
    }
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    Files.createDirectories(FINDINGS);
    try (PrintWriter file = new PrintWriter(Files.newBufferedWriter(finding(context)))) {
      file.println(Instant.now() + " " + context.getDisplayName());
      failure.printStackTrace(file);
    }
    throw failure;
  }
}
