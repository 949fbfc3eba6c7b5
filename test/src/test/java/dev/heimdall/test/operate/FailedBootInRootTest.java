package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Boots that fail, in a root directory of their own: what CloudFormation, the group and the console
 * are told.
 */
@Tag("ci")
class FailedBootInRootTest {
  @TempDir private Path folder;
  private InstanceRoot instance;
  private BootedTemplate fleet;

  @BeforeEach
  void anInstance() throws Exception {
    InstanceRoot.assumePossible();
    instance = new InstanceRoot(folder);
    fleet = BootedTemplate.fleet();
  }

  private void release(String command) throws Exception {
    BootedRelease.into(instance, fleet.release(), command);
  }

  /** Nothing runs; the stack, the group and the console know, and the log says why. */
  private void assertFailed(InstanceRoot.Boot boot, String why) throws Exception {
    assertThat(boot.exitCode()).as(boot.output()).isNotZero();
    assertThat(boot.signal())
        .isEqualTo(
            "cfn-signal --exit-code %d --region eu-west-1 --stack shop --resource Zone1Nodes0F3BCE37"
                .formatted(boot.exitCode()));
    assertThat(boot.calls()).containsSubsequence(UserDataTest.REPLACE, boot.signal());
    assertThat(Files.readAllLines(instance.console()))
        .last()
        .asString()
        .startsWith("the boot failed: ")
        .contains(why);
  }

  private void assertLogged(String why) throws Exception {
    assertThat(Files.readAllLines(instance.disk("var/log/heimdall-boot.log")))
        .last()
        .asString()
        .startsWith("the boot failed: ")
        .contains(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no-network  | Could not connect to the endpoint URL: "https://releases.s3.eu-west-1
          s3-denied   | An error occurred (403) when calling the HeadObject operation: Forbidden
          s3-missing  | An error occurred (404) when calling the HeadObject operation: Key
          s3-checksum | Expected checksum 3V8/dg== did not match calculated checksum: mTrLTA==
          """)
  void aReleaseThatCannotBeFetchedIsTriedFiveTimes(String trouble, String why) throws Exception {
    if (!trouble.equals("s3-missing")) {
      release("#!/bin/bash\n");
      instance.fact(trouble);
    }
    instance.hurried();

    InstanceRoot.Boot boot = instance.boot(fleet.userData());

    assertFailed(boot, why);
    assertLogged(why);
    assertThat(boot.calls().stream().filter(call -> call.startsWith("aws s3 cp "))).hasSize(5);
    assertThat(boot.calls()).noneMatch(call -> call.startsWith("systemctl "));
    assertThat(instance.disk("opt/heimdall/releases")).doesNotExist();
    assertThat(instance.disk("etc/heimdall.conf")).doesNotExist();
  }

  /** Half of it must not be taken for it at the next boot. */
  @Test
  void halfAReleaseIsNotInstalled() throws Exception {
    release(BootedRelease.answering("5059"));
    Path archive = instance.instance("s3/" + fleet.release());
    byte[] whole = Files.readAllBytes(archive);
    Files.write(archive, Arrays.copyOf(whole, whole.length / 2));
    instance.hurried();

    InstanceRoot.Boot boot = instance.boot(fleet.userData());

    assertFailed(boot, "tar: ");
    assertThat(instance.disk("opt/heimdall/releases/r1")).doesNotExist();
    assertThat(instance.disk("opt/heimdall/current")).doesNotExist();

    Files.write(archive, whole);
    instance.unhurried();
    InstanceRoot.Boot again = instance.boot(fleet.userData());

    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(instance.disk("opt/heimdall/releases/r1/heimdall"))
        .hasContent(BootedRelease.answering("5059"));
  }

  @Test
  void aFullDiskIsNamed() throws Exception {
    Path release = Files.createDirectories(instance.instance("release/lib"));
    byte[] large = new byte[12 << 20];
    new Random(1).nextBytes(large);
    Files.write(release.resolve("large.jar"), large);
    release("#!/bin/bash\n");
    instance.hurried();

    InstanceRoot.Boot boot = instance.boot(fleet.userData(), "8m");

    assertFailed(boot, "the disk is full");
    assertThat(instance.after("opt/heimdall/releases/r1")).doesNotExist();
  }

  /** The node ends at once, again and again; its doctor names what it misses. */
  @Test
  void aMissingSecretIsNamed() throws Exception {
    release(
        """
        #!/bin/bash
        if [ "$1" = doctor ]; then
          echo "doctor as $(id -un)"
          echo '! failed          secretsmanager:GetSecretValue  heimdall/configuration: there is none'
          exit 4
        fi
        echo 'heimdall: there is no secret heimdall/configuration' >&2
        exit 4
        """);
    instance.hurried();

    InstanceRoot.Boot boot = instance.boot(fleet.userData());

    assertFailed(boot, "heimdall did not answer at http://10.0.0.7:5059/livez within 18");
    assertLogged(
        "; heimdall doctor: failed secretsmanager:GetSecretValue heimdall/configuration: there is"
            + " none");
    assertThat(boot.output())
        .contains("heimdall: there is no secret heimdall/configuration\n", "doctor as heimdall\n")
        .containsPattern("/livez within 18\\d s \\(curl: \\(7\\) Failed to");
  }

  @Test
  void anInstanceWithoutAnAddressSaysSo() throws Exception {
    BootedRelease.unpacked(
        instance.disk("opt/heimdall/releases/r1"), BootedRelease.answering("5059"));
    instance.withJava();
    instance.fact("no-network");
    instance.hurried();

    InstanceRoot.Boot boot = instance.boot(fleet.userData());

    assertFailed(boot, "this instance has no address");
    assertThat(boot.output())
        .contains("amazon-cloudwatch-agent cannot be installed: logs stay on this instance");
  }

  @Test
  void aFailedInstanceIsKeptOnce() throws Exception {
    fleet = BootedTemplate.fleet("KeepFailed", "true");
    instance.hurried();

    InstanceRoot.Boot kept = instance.boot(fleet.userData());

    assertThat(kept.exitCode()).isOne();
    assertThat(kept.calls())
        .anyMatch(call -> call.startsWith("aws autoscaling enter-standby "))
        .doesNotContain(UserDataTest.REPLACE);
    assertLogged("(kept in standby: i-07)");

    Files.writeString(instance.instance("standby"), "i-01\n");
    InstanceRoot.Boot second = instance.boot(fleet.userData());
    assertThat(second.calls())
        .noneMatch(call -> call.startsWith("aws autoscaling enter-standby "))
        .contains(UserDataTest.REPLACE);
    assertLogged("(not kept: another one of the group is, or it cannot be)");
  }

  /** Nobody waits for a file system that does not answer without end. */
  @Test
  void aFileSystemThatIsAwayIsNamed() throws Exception {
    fleet = BootedTemplate.fleet("Mount", UserDataTest.EFS);
    release("#!/bin/bash\n");
    instance.hurried();

    InstanceRoot.Boot boot = instance.boot(fleet.userData());

    assertFailed(boot, "/mnt/heimdall cannot be mounted, and there is no copy");
    assertThat(boot.calls().stream().filter(call -> call.startsWith("mount.efs "))).hasSize(5);
    assertThat(List.of(boot.output().split("\n")))
        .anyMatch(line -> line.contains("mount.nfs4: Connection timed out"));
  }
}
