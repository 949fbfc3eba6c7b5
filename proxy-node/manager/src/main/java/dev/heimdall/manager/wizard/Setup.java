package dev.heimdall.manager.wizard;

import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.manager.inspect.Inspection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Input of one session so far, and the findings from it. */
final class Setup {
  /** Subject of a test in the wizard. */
  enum Test {
    DATABASE,
    STORE,
    NODE
  }

  private final Map<Test, Inspection<CheckResult>> tests = new EnumMap<>(Test.class);
  private Answers answers = Answers.none();
  private Optional<Connecting> finished = Optional.empty();
  private Optional<Runnable> lastTest = Optional.empty();

  synchronized Answers answers() {
    return answers;
  }

  synchronized void answers(Answers next) {
    answers = next;
  }

  synchronized Optional<Inspection<CheckResult>> test(Test which) {
    return Optional.ofNullable(tests.get(which));
  }

  /** In the place of the one before, which ends. */
  synchronized void test(Test which, Inspection<CheckResult> next) {
    Inspection<CheckResult> before = tests.put(which, next);
    if (before != null) {
      before.stop("Another test was begun.");
    }
  }

  synchronized Optional<Connecting> finished() {
    return finished;
  }

  /**
   * @param test begins the test of the last page, also again
   */
  synchronized void finish(Connecting connecting, Runnable test) {
    finished = Optional.of(connecting);
    lastTest = Optional.of(test);
    answers = answers.forgetting();
  }

  synchronized Optional<Runnable> lastTest() {
    return lastTest;
  }
}
