package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.Role;
import dev.heimdall.model.RegionFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the templates have instances run when they boot, byte for byte, in a root directory of its
 * own ({@link InstanceRoot}); {@link UserDataTest} has what is the same in a folder.
 */
@Tag("ci")
class UserDataInRootTest {
  private static final String FILE = "rw-r--r-- root root";
  private static final String UNITS = "/etc/systemd/system/";

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
    Map<String, String> all = new TreeMap<>();
    for (String name : List.of("heimdall.conf", "heimdall.boot", "heimdall-region.json")) {
      all.put("/etc/" + name, FILE);
    }
    all.put("/etc/ssl/certs/global-bundle.pem", FILE);
    all.put("/etc/sysctl.d/90-heimdall.conf", FILE);
    for (String unit : List.of("heimdall.service", "heimdall-journal.service")) {
      enabled(all, "multi-user", unit, unit);
    }
    if (node) {
      all.put(UNITS + "heimdall-watch@.service", FILE);
      enabled(all, "timers", "heimdall-watch@.timer", "heimdall-watch@5059-eu-west-1.timer");
    }
    if (mounts) {
      all.put(UNITS + "heimdall-mount.service", FILE);
      enabled(all, "timers", "heimdall-mount.timer", "heimdall-mount.timer");
    }
    return all;
  }

  /** A unit, and that it starts with a target. */
  private static void enabled(Map<String, String> all, String target, String unit, String as) {
    all.put(UNITS + unit, FILE);
    all.put(UNITS + target + ".target.wants/" + as, "-> " + UNITS + unit);
  }

  /** What is below /etc beside users, and what was there beforehand. */
  private Map<String, String> inEtc(Map<String, String> before) throws Exception {
    Map<String, String> now = instance.files("etc");
    now.keySet().removeAll(before.keySet());
    now.keySet().removeIf(path -> path.matches("/etc/(.*-|[.]pwd[.]lock|java.*|ssl/certs/java)"));
    now.keySet().removeIf(path -> path.endsWith(".wants"));
    return now;
  }

  @Test
  void anInstanceOfTheDeploymentComesUp() throws Exception {
    comesUp("orders-db-eu-west-1.json", "FleetZone1TemplateA37875A7", "FleetZone1NodesC37C5D31");
  }

  @ParameterizedTest
  @Tag("long")
  @CsvSource({
    "heimdall-fleet.yaml, Zone1TemplateA4A51BBE, Zone1Nodes0F3BCE37",
    "heimdall-manager.yaml, Template, Instances",
    "orders-db-eu-west-1.json, ManagerTemplateFAACA1D6, ManagerInstancesF61FA780"
  })
  void anInstanceOfATemplateComesUp(String template, String launchTemplate, String group)
      throws Exception {
    comesUp(template, launchTemplate, group);
  }

  private void comesUp(String template, String launchTemplate, String group) throws Exception {
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
    BootedTemplate fleet = BootedTemplate.fleet("Mount", UserDataTest.EFS);
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
    assertThat(instance.disk("etc/fstab")).hasContent(UserDataTest.EFS);
    assertThat(inEtc(before)).isEqualTo(installed(true, true));
    assertThat(HeimdallConf.read(instance.disk("etc/heimdall.conf")).configuration())
        .isEqualTo("file:/mnt/heimdall");
  }

  /** Of a hardened image: it has no group for each user, and new files are their owner's alone. */
  @Test
  @Tag("long")
  void aStrictImageChangesNothing() throws Exception {
    BootedTemplate fleet = BootedTemplate.fleet();
    instance.write("etc/login.defs", "USERGROUPS_ENAB no\nUMASK 077\n");
    Map<String, String> before = instance.files("etc");
    instance.strict();

    InstanceRoot.Boot boot = boot(fleet);

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(inEtc(before)).isEqualTo(installed(true, false));
    assertThat(instance.instance("journal")).content().startsWith("run as heimdall\n");
  }

  /** As docs/aws-by-hand.md has it: who has one machine fills in the first lines. */
  @Test
  @Tag("long")
  void aNodeAndItsManagerOnOneMachineComeUp() throws Exception {
    BootedTemplate both = BootedTemplate.oneServer();

    InstanceRoot.Boot boot = boot(both);

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
