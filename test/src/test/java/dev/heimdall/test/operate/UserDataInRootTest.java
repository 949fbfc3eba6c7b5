package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.Role;
import dev.heimdall.model.RegionFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the templates have instances run when they boot, byte for byte, in a root directory of its
 * own ({@link InstanceRoot}); {@link UserDataTest} has what is the same in a folder.
 */
class UserDataInRootTest {
  static final String EFS =
      "fs-1:/ /mnt/heimdall efs _netdev,nofail,ro,tls,iam,accesspoint=fsap-1 0 0";

  @TempDir private Path folder;
  private InstanceRoot instance;

  @BeforeEach
  void anInstance() throws Exception {
    InstanceRoot.assumePossible();
    instance = new InstanceRoot(folder);
  }

  private InstanceRoot.Boot boot(BootedTemplate template) throws Exception {
    BootedRelease.into(
        instance, template.release(), BootedRelease.answering(template.line("healthPort")));
    return instance.boot(template.userData());
  }

  /** What every instance has when it is up, and nothing else, each with its mode and owner. */
  private static Map<String, String> installed(boolean node, boolean mounts) {
    String file = "rw-r--r-- root root";
    String units = "/etc/systemd/system/";
    Map<String, String> all = new TreeMap<>();
    for (String name : List.of("heimdall.conf", "heimdall.boot", "heimdall-region.json")) {
      all.put("/etc/" + name, file);
    }
    all.put("/etc/ssl/certs/global-bundle.pem", file);
    all.put("/etc/sysctl.d/90-heimdall.conf", file);
    List<String> enabled = new ArrayList<>(List.of("heimdall.service", "heimdall-journal.service"));
    all.put(units + "heimdall.service", file);
    all.put(units + "heimdall-journal.service", file);
    if (node) {
      all.put(units + "heimdall-watch@.service", file);
      all.put(units + "heimdall-watch@.timer", file);
      all.put(
          units + "timers.target.wants/heimdall-watch@5059-eu-west-1.timer",
          "-> " + units + "heimdall-watch@.timer");
    }
    if (mounts) {
      all.put(units + "heimdall-mount.service", file);
      all.put(units + "heimdall-mount.timer", file);
      all.put(
          units + "timers.target.wants/heimdall-mount.timer",
          "-> " + units + "heimdall-mount.timer");
    }
    for (String unit : enabled) {
      all.put(units + "multi-user.target.wants/" + unit, "-> " + units + unit);
    }
    return all;
  }

  /** What is below /etc beside users, and what was there beforehand. */
  private Map<String, String> inEtc(Map<String, String> before) throws Exception {
    Map<String, String> now = instance.files("etc");
    now.keySet().removeAll(before.keySet());
    now.keySet().removeIf(path -> path.matches("/etc/(.*-|[.]pwd[.]lock|java.*|ssl/certs/java)"));
    now.keySet().removeIf(path -> path.endsWith(".wants"));
    return now;
  }

  @ParameterizedTest
  @CsvSource({
    "heimdall-fleet.yaml, Zone1TemplateA4A51BBE, Zone1Nodes0F3BCE37",
    "heimdall-manager.yaml, Template, Instances",
    "orders-db-eu-west-1.json, FleetZone1TemplateA37875A7, FleetZone1NodesC37C5D31",
    "orders-db-eu-west-1.json, ManagerTemplateFAACA1D6, ManagerInstancesF61FA780"
  })
  void anInstanceOfATemplateComesUp(String template, String launchTemplate, String group)
      throws Exception {
    BootedTemplate booted = BootedTemplate.of(template, launchTemplate);
    boolean node = booted.line("role").equals("proxy");
    Map<String, String> before = instance.files("etc");

    InstanceRoot.Boot boot = boot(booted);

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(boot.output()).isEmpty();
    assertThat(boot.signal())
        .isEqualTo("cfn-signal --exit-code 0 --region eu-west-1 --stack shop --resource " + group);
    assertThat(inEtc(before)).isEqualTo(installed(node, false));
    HeimdallConf conf = HeimdallConf.read(instance.disk("etc/heimdall.conf"));
    assertThat(conf.role()).contains(node ? Role.PROXY : Role.SERVER);
    assertThat(RegionFacts.read(instance.disk("etc/heimdall-region.json")).in("${region.name}"))
        .isEqualTo("eu-west-1");
    assertThat(instance.disk("etc/ssl/certs/global-bundle.pem"))
        .hasContent("the authorities of RDS");
    assertThat(instance.somaxconn()).isEqualTo("4096");
    // The service runs as its user, from the release, whose files only root can change.
    assertThat(instance.instance("journal")).content().startsWith("run as heimdall\n");
    assertThat(instance.files("opt/heimdall"))
        .containsEntry(
            "/opt/heimdall/current", "-> /opt/heimdall/releases/" + booted.line("release"))
        .allSatisfy(
            (path, owner) ->
                assertThat(owner).matches("-> .*|r.x?-?r-.?r-.? root root|rwxr-xr-x root root"));
    assertThat(instance.files("var/lib/heimdall"))
        .containsEntry("/var/lib/heimdall", "rwx------ heimdall heimdall");
    assertThat(instance.disk("etc/passwd"))
        .content()
        .containsPattern("(?m)^heimdall:x:[0-9]{3}:[0-9]{3}::/var/lib/heimdall:/sbin/nologin$");
    assertThat(instance.disk("opt/aws/amazon-cloudwatch-agent/etc/heimdall.json"))
        .content()
        .contains("\"log_group_name\":\"shop-Logs-AbC\"");
  }

  @Test
  void zonesDifferInTheNameOfTheirGroupAlone() throws Exception {
    for (String template : List.of("heimdall-fleet.yaml", "orders-db-eu-west-1.json")) {
      assertThat(
              BootedTemplate.nodes(template)
                  .map(one -> one.userData().replaceFirst("group='\\w+'", ""))
                  .distinct())
          .as(template)
          .hasSize(1);
    }
  }

  /** The file system is mounted for real, and gone at the next boot. */
  @Test
  void aConfigurationOnAFileSystemIsMountedToReadAtEachBoot() throws Exception {
    BootedTemplate fleet = BootedTemplate.fleet("Mount", EFS);
    Files.createDirectories(instance.instance("efs"));
    Files.writeString(instance.instance("efs/node.json"), "{}");
    Map<String, String> before = instance.files("etc");

    InstanceRoot.Boot boot = boot(fleet);
    InstanceRoot.Boot again = instance.boot(fleet.userData());

    for (InstanceRoot.Boot one : List.of(boot, again)) {
      assertThat(one.exitCode()).as(one.output()).isZero();
      assertThat(one.calls())
          .filteredOn(call -> call.startsWith("mount.efs "))
          .singleElement()
          .asString()
          .matches("mount.efs fs-1:/ /mnt/heimdall .*ro.*tls,iam,accesspoint=fsap-1.*");
    }
    assertThat(again.calls())
        .as("what is there is not fetched again")
        .noneMatch(call -> call.startsWith("aws s3 "));
    assertThat(instance.disk("etc/fstab")).hasContent(EFS);
    assertThat(inEtc(before)).isEqualTo(installed(true, true));
    assertThat(HeimdallConf.read(instance.disk("etc/heimdall.conf")).configuration())
        .isEqualTo("file:/mnt/heimdall");
  }

  /** Of a hardened image: it has no group for each user, and new files are their owner's alone. */
  @Test
  void aStrictImageChangesNothing() throws Exception {
    BootedTemplate fleet = BootedTemplate.fleet();
    instance.write("etc/login.defs", "USERGROUPS_ENAB no\nUMASK 077\n");
    Map<String, String> before = instance.files("etc");
    BootedRelease.into(
        instance, fleet.release(), BootedRelease.answering(fleet.line("healthPort")));

    InstanceRoot.Boot boot = instance.strict().boot(fleet.userData());

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(inEtc(before)).isEqualTo(installed(true, false));
    assertThat(instance.instance("journal")).content().startsWith("run as heimdall\n");
  }

  /** As docs/aws-by-hand.md has it: who has one machine fills in the first lines. */
  @Test
  void aNodeAndItsManagerOnOneMachineComeUp() throws Exception {
    BootedTemplate both = BootedTemplate.oneServer();
    BootedRelease.into(instance, both.release(), BootedRelease.answering(both.line("healthPort")));

    InstanceRoot.Boot boot = instance.boot(both.userData());

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(boot.signal()).isEqualTo("none");
    assertThat(instance.files("opt/heimdall"))
        .containsEntry("/opt/heimdall/config", "rwxr-x--- heimdall heimdall")
        .containsEntry("/opt/heimdall/config-manager", "rwxr-x--- heimdall heimdall");
    HeimdallConf conf = HeimdallConf.read(instance.disk("etc/heimdall.conf"));
    assertThat(conf.role()).contains(Role.BOTH);
    assertThat(conf.firstFrom()).contains("s3://documents/config");
  }
}
