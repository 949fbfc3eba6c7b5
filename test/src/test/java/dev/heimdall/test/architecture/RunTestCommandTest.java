package dev.heimdall.test.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The command for single tests finds their modules, and says so where there is no such test; the
 * one for all is in the README where {@code .ci/run} looks for it.
 */
class RunTestCommandTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private record Outcome(int exit, String said) {}

  /** What it would run. */
  private static Outcome shown(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("run-test").toString(), "-n"));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), said.strip());
  }

  @Test
  void aUnitTestIsRunInItsModule() throws Exception {
    assertThat(shown("FingerprinterTest"))
        .isEqualTo(
            new Outcome(
                0,
                "mvn -B -ntp -Dquick -Pci -pl proxy-node/dialect-postgresql -am"
                    + " -Dtest=FingerprinterTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false test"));
  }

  @Test
  void theEndingMayBeLeftOutAndAMethodNamed() throws Exception {
    assertThat(shown("RunTestCommand#aMethod", "-o").said())
        .contains("-pl test ", "-Dtest=RunTestCommandTest#aMethod ")
        .endsWith(" -o test");
  }

  @Test
  void aTestWithServersIsRunAloneByFailsafe() throws Exception {
    assertThat(shown("DemoIT").said())
        .contains("-pl test ", "-Dit.test=DemoIT ", "-Dtest=NoUnitTest ")
        .endsWith(" verify");
  }

  @Test
  void severalTestsShareOneRun() throws Exception {
    assertThat(shown("DemoIT", "FingerprinterTest", "RunTestCommandTest").said())
        .contains(
            "-pl test,proxy-node/dialect-postgresql ",
            "-Dit.test=DemoIT ",
            "-Dtest=FingerprinterTest,RunTestCommandTest ");
  }

  @Test
  void testsOfStacksHaveTheJarsOfOthersPackedFirst() throws Exception {
    assertThat(shown("UpgradeTest").said())
        .contains("-pl cdk-app ", "-DskipITs ", "-Dtest=UpgradeTest ")
        .endsWith(" verify");
  }

  @Test
  void aNameThatIsNotThereIsAnErrorThatNamesTheNearest() throws Exception {
    assertThat(shown("RunTestComm"))
        .isEqualTo(
            new Outcome(
                2,
                "run-test: there is no test class RunTestComm\n"
                    + "run-test: the nearest: RunTestCommandTest"));
    assertThat(shown().exit()).isEqualTo(2);
  }

  @Test
  void theWholeRunTakesItsCommandFromTheReadme() throws Exception {
    Process process =
        new ProcessBuilder(
                "bash",
                "-c",
                "eval \"$(sed -n '/^readme_command() {$/,/^}$/p' .ci/run)\"; readme_command")
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(said.strip()).isEqualTo("mvn verify");
  }
}
