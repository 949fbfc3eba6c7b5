package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** A test that fails once, and what becomes of it when it is run again. */
class FirstRunCountsTest {
  private static final String RUNS = "first.run.counts.runs";

  /** Fails the first time in each directory that it is given. */
  static class Once {
    void run() throws Exception {
      Path runs = Path.of(System.getProperty(RUNS));
      boolean first = Files.notExists(runs);
      Files.writeString(runs, first ? "1" : "more");
      assertThat(first).as("found in the first run").isFalse();
    }
  }

  static class Forgiven extends Once {
    @Test
    void finds() throws Exception {
      run();
    }
  }

  @ExtendWith(FirstRunCounts.class)
  static class Counted extends Once {
    @Test
    void finds() throws Exception {
      run();
    }
  }

  private static TestExecutionSummary run(Class<?> test, Path runs) {
    System.setProperty(RUNS, runs.toString());
    try {
      SummaryGeneratingListener listener = new SummaryGeneratingListener();
      LauncherDiscoveryRequest request =
          LauncherDiscoveryRequestBuilder.request()
              .selectors(selectClass(test))
              // It runs inside of another one.
              .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
              .build();
      LauncherFactory.create().execute(request, listener);
      return listener.getSummary();
    } finally {
      System.clearProperty(RUNS);
    }
  }

  private static List<String> failures(TestExecutionSummary of) {
    return of.getFailures().stream().map(one -> one.getException().getMessage()).toList();
  }

  @Test
  void whatFailedOnceFailsAgainWithoutBeingTried(@TempDir Path directory) throws Exception {
    Path runs = directory.resolve("runs");

    assertThat(failures(run(Counted.class, runs)).toString()).contains("found in the first run");
    assertThat(failures(run(Counted.class, runs)).toString())
        .contains("not run again, as its first run failed: see ", "findings/Counted-");
    assertThat(runs).hasContent("1");
  }

  /** So that the one above shows something. */
  @Test
  void anyOtherTestPassesWhenItIsRunAgain(@TempDir Path directory) {
    Path runs = directory.resolve("runs");

    assertThat(failures(run(Forgiven.class, runs))).hasSize(1);
    assertThat(failures(run(Forgiven.class, runs))).isEmpty();
  }
}
