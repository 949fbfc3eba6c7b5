package dev.heimdall.engine.action;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void aCommandIsSplitWithoutAShell() {
    assertThat(Program.arguments("  a 'b c' \"d 'e'\" f\\ g '' h\"i\"'j' $HOME *|; "))
        .contains(List.of("a", "b c", "d 'e'", "f g", "", "hij", "$HOME", "*|;"));
    assertThat(Program.arguments("'\\' \"\\\"\"")).contains(List.of("\\", "\""));
    assertThat(Program.arguments(" ")).contains(List.of());
    assertThat(Program.arguments("a 'b")).isEmpty();
  }

  @Test
  void whatItWritesAndHowItEndsIsTold() throws Exception {
    Program.End end = Program.run(List.of("/bin/sh", "-c", "echo out; echo err >&2; exit 3"), LONG);
    assertThat(end).isEqualTo(new Program.End(false, "exit code 3", "out\nerr\n"));
    assertThat(Program.run(List.of("/bin/true"), LONG).succeeded()).isTrue();
    assertThat(Program.run(List.of("/no/such/program"), LONG).how())
        .isEqualTo("it could not be started");
  }

  @Test
  void outputIsShortenedAndDoesNotHoldTheProgramUp() throws Exception {
    Program.End end =
        Program.run(List.of("/bin/sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x"), LONG);
    assertThat(end.succeeded()).isTrue();
    assertThat(end.output()).hasSize(Program.MOST_OUTPUT);
  }

  @Test
  void aProgramThatTakesTooLongIsEndedWithItsChildren(@TempDir Path dir) throws Exception {
    Path pid = dir.resolve("pid");
    Program.End end =
        Program.run(
            List.of("/bin/sh", "-c", "sleep 600 & echo $! > " + pid + "; wait"),
            Duration.ofSeconds(2));
    assertThat(end.how()).isEqualTo("it was ended after 2000 ms");
    long child = Long.parseLong(Files.readString(pid).strip());
    ProcessHandle.of(child).ifPresent(handle -> handle.onExit().join());
  }

  @Test
  void itsEnvironmentHasNoneOfTheNodesSecrets() throws Exception {
    String variables = Program.run(List.of("/usr/bin/env"), LONG).output();
    assertThat(variables.lines().map(line -> line.replaceAll("=.*", "")))
        .isSubsetOf("PATH", "HOME", "LANG", "LC_ALL", "TZ");
  }
}
