package dev.heimdall.manager.wizard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.inspect.CheckResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinesTest {
  private static final CheckResult GOOD = CheckResult.good("db", "Network", "Listens");
  private static final CheckResult NOTE = CheckResult.note("db", "TLS", "Not encrypted.", "");
  private static final CheckResult SKIPPED =
      CheckResult.skipped("db", "Log-in", "No such secret", "");
  private static final CheckResult BAD = CheckResult.bad("db", "Role", "A replica", "");

  private static String said(CheckResult... findings) {
    WizardView.Lines lines = WizardView.Lines.of(List.of(findings), "", "");
    return lines.look() + ": " + lines.summary();
  }

  @Test
  void whatCouldNotBeTestedIsNotSaidToWork() {
    assertThat(said(GOOD)).isEqualTo("good: Everything works.");
    assertThat(said(GOOD, NOTE)).isEqualTo("good: It works. One thing to know.");
    assertThat(said(GOOD, SKIPPED, NOTE)).isEqualTo("warn: One thing could not be tested.");
    assertThat(said(SKIPPED, BAD)).isEqualTo("bad: One thing does not work.");
    assertThat(WizardView.Lines.of(List.of(GOOD), "", "It took too long.").look()).isEqualTo("bad");
  }
}
