package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The templates of {@code templates}, judged by a linter, and created as stacks in the emulator.
 */
@Tag("ci")
class TemplatesIT {
  private static final Path TEMPLATES = Path.of("..", "templates").toAbsolutePath().normalize();

  private final AwsEmulator aws = AwsEmulator.shared();

  @BeforeEach
  void forget() {
    aws.reset();
  }

  @Test
  void theLinterHasNothingToSay() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Toolchain.built("moto").resolve("bin/cfn-lint").toString());
    try (Stream<Path> files = Files.list(TEMPLATES)) {
      files.map(Path::toString).filter(file -> file.endsWith(".yaml")).forEach(command::add);
    }
    assertThat(command).hasSizeGreaterThan(6);
    assertThat(output(command)).isBlank();
  }

  /**
   * The emulator passes over what it does not know, so that this is no more than that references
   * and conditions come out right.
   */
  @Test
  void aFleetIsCreatedInThreeZonesWithTwoPorts() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Toolchain.built("moto").resolve("bin/python").toString());
    command.add(Toolchain.scripts("moto").resolve("create_fleet.py").toString());
    command.add(aws.endpoint().toString());
    command.add(TEMPLATES.toString());
    assertThat(output(command).lines())
        .contains(
            "heimdall-documents CREATE_COMPLETE",
            "heimdall-node-role CREATE_COMPLETE",
            "heimdall-fleet CREATE_COMPLETE",
            "heimdall-config-sync CREATE_COMPLETE",
            "3 groups of 1 to 4 nodes, each with 2 ports",
            "heimdall-manager CREATE_COMPLETE",
            "1 to 2 managers in 3 zones",
            "proxy metadata required 1 s3://configuration/config ",
            "proxy kept when failed: no",
            "server metadata required 1 s3://configuration/config heimdall/manager",
            // Which its parameters asked for, and the fleet's did not.
            "server kept when failed: yes autoscaling:EnterStandby");
  }

  private static String output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
