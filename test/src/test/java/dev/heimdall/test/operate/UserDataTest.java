package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.Role;
import dev.heimdall.model.RegionFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an instance does when it boots, in a folder instead of the root directory. Commands that
 * only an instance has, or that would change this machine, are stand-ins that note how they were
 * called; all others are real.
 */
@Tag("ci")
class UserDataTest {
  private static final Path FILES = Path.of("..", "templates", "instance");
  private static final Path CLOCK =
      Path.of("src", "test", "resources", "instance", "clock").toAbsolutePath();

  /** Where a path of the root directory begins. */
  private static final Pattern PLACES =
      Pattern.compile("(?<=[ '\"=>])/((?:etc|opt|mnt|var)(?=/)|dev/console)");

  private static final String NOTE = "#!/bin/bash\necho \"${0##*/} $*\" >>\"$CALLS\"\n";

  private static final String UNIT = "heimdall.service";
  private static final String MOUNT = "heimdall-mount";
  private static final String WATCH = "heimdall-watch";
  private static final String BOOT = "heimdall-boot";
  private static final String JOURNAL = "heimdall-journal";
  private static final String AGENT = "opt/aws/amazon-cloudwatch-agent/";

  /** How the group is told to replace the instance. */
  static final String REPLACE =
      "aws autoscaling set-instance-health --region eu-west-1 --health-status Unhealthy"
          + " --instance-id i-07";

  /** The line of a file system in /etc/fstab. */
  static final String EFS =
      "fs-1:/ /mnt/heimdall efs _netdev,nofail,ro,tls,iam,accesspoint=fsap-1 0 0";

  @TempDir private Path root;

  private final Map<String, String> filledIn = new TreeMap<>();

  /** How long whatever comes before a pause takes, in seconds of the script's clock. */
  private int step;

  /** What came of it. */
  private record Boot(int exitCode, String output, List<String> calls) {}

  @BeforeEach
  void anInstance() throws Exception {
    for (String folder :
        List.of("bin", "dev", "etc/ssl/certs", "etc/sysctl.d", "etc/systemd/system", "var/log")) {
      Files.createDirectories(root.resolve(folder));
    }
    for (String command :
        List.of(
            "dnf",
            "useradd",
            "sysctl",
            "systemctl",
            "journalctl",
            "mount",
            "sleep",
            "chown",
            "setpriv")) {
      standIn("bin/" + command, "");
    }
    standIn("bin/id", "exit 1\n");
    standIn("bin/mountpoint", "exit 1\n");
    standIn("bin/hostname", "echo 10.0.0.7 172.17.0.1\n");
    standIn("bin/curl", "");
    standIn("bin/aws", "case \"$*\" in 's3 '*) cp \"$ARCHIVE\" \"${@: -1}\";; esac\n");
    Files.createDirectories(root.resolve("var/lib/cloud/data"));
    Files.writeString(root.resolve("var/lib/cloud/data/instance-id"), "i-07\n");
    standIn("opt/aws/bin/cfn-signal", "");
    standIn(AGENT + "bin/amazon-cloudwatch-agent-ctl", "echo it starts\n");
    Path release = root.resolve("release");
    BootedRelease.unpacked(release, "#!/bin/bash\n");
    Files.writeString(
        release.resolve("systemd/" + BOOT), moved(Files.readString(FILES.resolve(BOOT))));
    for (String partition : List.of("aws", "aws-us-gov", "aws-cn")) {
      Files.writeString(release.resolve("rds/" + partition + ".pem"), "the bundle of " + partition);
    }
    BootedRelease.packed(release, root.resolve("release.tar.gz"));
    filledIn.putAll(
        Map.of(
            "Region", "eu-west-1",
            "StackName", "shop-fleet",
            "GroupName", "Zone1Nodes",
            "ConfigSource", "s3://conf/config",
            "SecretName", "",
            "LifecycleHook", "heimdall-drain",
            "Patience", "300s",
            "ReleaseName", "r1",
            "ReleaseBucket", "releases",
            "ReleaseKey", "heimdall.tar.gz"));
    filledIn.put("HealthPort", "5059");
    filledIn.put("Role", "proxy");
    for (String unset :
        List.of(
            "Mount",
            "ConfigDirectory",
            "ManagerAddress",
            "ManagerPort",
            "ManagerSecret",
            "ManagerConf",
            "Facts",
            "MoreFacts",
            "LogGroup",
            "KeepFailed")) {
      filledIn.put(unset, "");
    }
  }

  private void standIn(String name, String does) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, NOTE + does);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** As CloudFormation fills the names in. */
  private Boot boot() throws Exception {
    return boot(Files.readString(FILES.resolve("user-data.sh")));
  }

  private Boot boot(String template) throws Exception {
    String script = template;
    for (Map.Entry<String, String> name : filledIn.entrySet()) {
      assertThat(script).contains("${" + name.getKey() + "}");
      script = script.replace("${" + name.getKey() + "}", name.getValue());
    }
    assertThat(script).doesNotContain("${");
    return run(List.of("bash", "-c", moved(script)));
  }

  /** A script with the folder in place of the root directory. */
  private String moved(String script) {
    return PLACES.matcher(script).replaceAll(Matcher.quoteReplacement(root.toString()) + "/$1");
  }

  private Boot run(List<String> command) throws IOException, InterruptedException {
    Path output = root.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    Path calls = root.resolve("calls");
    builder.environment().put("PATH", root.resolve("bin") + ":/usr/bin:/bin:/usr/sbin:/sbin");
    builder.environment().put("CALLS", calls.toString());
    builder.environment().put("BASH_ENV", CLOCK.toString());
    builder.environment().put("STEP", Integer.toString(step));
    builder.environment().put("ARCHIVE", root.resolve("release.tar.gz").toString());
    Process process = builder.start();
    process.getOutputStream().close();
    assertThat(process.waitFor(100, TimeUnit.SECONDS)).as("it ends").isTrue();
    return new Boot(
        process.exitValue(),
        Files.readString(output, StandardCharsets.UTF_8),
        Files.exists(calls) ? Files.readAllLines(calls) : List.of());
  }

  @ParameterizedTest
  @CsvSource({"eu-west-1, aws", "us-gov-east-1, aws-us-gov", "cn-northwest-1, aws-cn"})
  void theAuthoritiesOfRdsComeWithTheReleaseAndFromNowhereElse(String region, String partition)
      throws Exception {
    filledIn.put("Region", region);

    assertThat(boot().calls())
        .filteredOn(call -> call.startsWith("curl "))
        .allSatisfy(call -> assertThat(call).contains(" http://10.0.0.7:5059/"));
    assertThat(root.resolve("etc/ssl/certs/global-bundle.pem"))
        .hasContent("the bundle of " + partition);
  }

  @Test
  void anImagesOwnAuthoritiesOfRdsStay() throws Exception {
    Files.writeString(root.resolve("etc/ssl/certs/global-bundle.pem"), "the image's own");

    boot();

    assertThat(root.resolve("etc/ssl/certs/global-bundle.pem")).hasContent("the image's own");
  }

  @Test
  void theNodeIsCheckedAtTheAddressThatTheLoadBalancerUses() throws Exception {
    assertThat(boot().calls())
        .filteredOn(call -> call.startsWith("curl "))
        .isNotEmpty()
        .allSatisfy(call -> assertThat(call).contains(" http://10.0.0.7:5059/"));
  }

  @Test
  void aScriptThatIsKilledSignalsAFailure() throws Exception {
    // The script is killed by what it waits for: its last command has not failed before that.
    standIn("bin/systemctl", "[ \"$1\" != daemon-reload ] || kill -TERM $PPID\n");

    Boot boot = boot();

    assertThat(boot.exitCode()).isEqualTo(143);
    assertThat(boot.calls())
        .anyMatch(call -> call.startsWith("cfn-signal --exit-code 143 "))
        .noneMatch(call -> call.startsWith("cfn-signal --exit-code 0 "));
  }

  @Test
  void aNodeAndItsManagerOnOneMachineHaveADirectoryThatTheyMayWrite() throws Exception {
    filledIn.put("Role", "both");
    filledIn.put("ConfigDirectory", "/opt/heimdall/config");
    filledIn.put("GroupName", "");

    Boot boot = boot();

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    Path directory = root.resolve("opt/heimdall/config");
    assertThat(directory).isDirectory();
    assertThat(Path.of(directory + "-manager")).isDirectory();
    String owned = "chown heimdall: " + directory + " " + directory + "-manager";
    assertThat(boot.calls()).contains(owned).noneMatch(call -> call.startsWith("cfn-signal "));
    assertThat(boot.calls().indexOf(owned))
        .isLessThan(boot.calls().indexOf("systemctl enable --now heimdall"));
    HeimdallConf conf = HeimdallConf.read(root.resolve("etc/heimdall.conf"));
    assertThat(conf.role()).contains(Role.BOTH);
    assertThat(conf.configuration()).isEqualTo(directory.toString());
    assertThat(conf.firstFrom()).contains("s3://conf/config");
  }

  @Test
  void itInstallsTheReleaseAndStartsTheNode() throws Exception {
    Boot boot = boot();

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(boot.calls())
        .contains(
            "systemctl enable --now heimdall",
            "systemctl enable --now heimdall-watch@5059-eu-west-1.timer",
            "cfn-signal --exit-code 0 --region eu-west-1 --stack shop-fleet --resource Zone1Nodes")
        .anyMatch(call -> call.startsWith("aws s3 cp") && call.contains("s3://releases/heimdall"))
        .anyMatch(call -> call.startsWith("useradd ") && call.endsWith(" heimdall"))
        .noneMatch(call -> call.startsWith("mount "))
        .doesNotContain(REPLACE);
    assertThat(root.resolve("opt/heimdall/current/heimdall")).isRegularFile();
    assertThat(root.resolve("etc/systemd/system/heimdall.service"))
        .hasSameTextualContentAs(FILES.resolve("heimdall.service"));
    assertThat(root.resolve("etc/ssl/certs/global-bundle.pem")).isNotEmptyFile();
    assertThat(root.resolve("etc/sysctl.d/90-heimdall.conf"))
        .hasSameTextualContentAs(FILES.resolve("90-heimdall.conf"));
    // The node reads the file strictly.
    HeimdallConf conf = HeimdallConf.read(root.resolve("etc/heimdall.conf"));
    assertThat(conf.configuration()).contains("s3://conf/config");
    assertThat(conf.lifecycleHook()).contains("heimdall-drain");
    assertThat(boot.output()).isBlank();
  }

  @Test
  void whatIsDifferentInThisRegionIsWrittenAtEachBoot() throws Exception {
    filledIn.put("Facts", ",\"store\":\"first.made:6379\",\"note\":\"it\\u0027s \\\\ here\"");
    assertThat(boot().exitCode()).isZero();
    Path file = root.resolve("etc/heimdall-region.json");
    assertThat(RegionFacts.read(file).in("${region.name} ${region.store} ${region.note}"))
        .isEqualTo("eu-west-1 first.made:6379 it's \\\\ here");
    // Who runs a node reads it, and only root writes it.
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r--r--");
    assertThat(HeimdallConf.read(root.resolve("etc/heimdall.conf")).regionFacts()).contains(file);

    filledIn.put("Facts", ",\"store\":[],\"subnets\":[\"10.40.0.0/20\"]");
    filledIn.put("MoreFacts", ",\"size\": 5");
    assertThat(boot().exitCode()).isZero();
    assertThat(file)
        .hasContent(
            "{\"name\":\"eu-west-1\",\"store\":[],\"subnets\":[\"10.40.0.0/20\"],\"size\": 5}");
    assertThat(RegionFacts.read(file).in("${region.name}")).isEqualTo("eu-west-1");
  }

  @Test
  void aTemplateOfAnEarlierReleaseHasNoFacts() throws Exception {
    filledIn.remove("Facts");
    filledIn.remove("MoreFacts");

    Boot boot =
        boot(Files.readString(FILES.resolve("user-data.sh")).replaceFirst("(?m)^facts=.*\n", ""));

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(root.resolve("etc/heimdall-region.json")).doesNotExist();
    assertThat(HeimdallConf.read(root.resolve("etc/heimdall.conf")).regionFacts()).isEmpty();
  }

  @Test
  void aConfigurationOnAFileSystemIsMountedOnceAndBeforeTheNodeStarts() throws Exception {
    onAFileSystem();

    assertThat(boot().exitCode()).isZero();
    Boot again = boot();

    String mount = "mount " + root + "/mnt/heimdall";
    assertThat(again.exitCode()).as(again.output()).isZero();
    assertThat(again.calls()).contains("dnf install -y -q amazon-efs-utils", mount);
    assertThat(again.calls().indexOf(mount))
        .isLessThan(again.calls().indexOf("systemctl enable --now heimdall"));
    assertThat(root.resolve("etc/fstab")).hasContent(EFS.replace("/mnt", root + "/mnt"));
    assertThat(HeimdallConf.read(root.resolve("etc/heimdall.conf")).configuration())
        .isEqualTo("file:/mnt/heimdall");
    assertThat(again.calls()).contains("systemctl enable --now heimdall-mount.timer");
    for (String unit : List.of(MOUNT + ".service", MOUNT + ".timer")) {
      assertThat(root.resolve("etc/systemd/system").resolve(unit))
          .hasSameTextualContentAs(FILES.resolve(unit));
    }
  }

  private void onAFileSystem() {
    filledIn.put("ConfigSource", "file:/mnt/heimdall");
    filledIn.put("Mount", EFS);
  }

  @Test
  void aNewInstanceThatCannotMountItsConfigurationDoesNotComeUp() throws Exception {
    onAFileSystem();
    standIn("bin/mount", "exit 32\n");

    Boot boot = boot();

    assertThat(boot.exitCode()).isOne();
    assertThat(boot.output())
        .contains("/mnt/heimdall cannot be mounted, and there is no copy of the configuration");
    assertThat(boot.calls())
        .noneMatch(call -> call.startsWith("systemctl "))
        .anyMatch(call -> call.startsWith("cfn-signal --exit-code 1 "));
  }

  @Test
  void anInstanceThatHasACopyGoesOnWithoutTheFileSystem() throws Exception {
    onAFileSystem();
    standIn("bin/mount", "exit 32\n");
    Files.createDirectories(root.resolve("var/lib/heimdall"));
    Files.createFile(root.resolve("var/lib/heimdall/0123456789abcdef.copy"));

    Boot boot = boot();

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(boot.output()).contains("the node starts from its copy");
    assertThat(boot.calls())
        .contains("systemctl enable --now heimdall-mount.timer", "systemctl enable --now heimdall");
  }

  @Test
  void aManagerIsToldWhereItListensAndWhereItsPasswordIs() throws Exception {
    onAFileSystem();
    filledIn.put("Role", "server");
    filledIn.put("ConfigDirectory", "/mnt/heimdall");
    filledIn.put("ConfigSource", "s3://conf/config");
    filledIn.put("ManagerAddress", "0.0.0.0");
    filledIn.put("ManagerPort", "8087");
    filledIn.put("ManagerSecret", "shop/manager");
    filledIn.put(
        "ManagerConf",
        "managerUrl = https://m.example;oidcIssuer=https://i.example;oidcClientId = a;oidcAdmins ="
            + " b, c d");
    filledIn.put("LifecycleHook", "");
    filledIn.put("Patience", "");
    filledIn.put("HealthPort", "8087");

    Boot boot = boot();

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(boot.calls())
        .contains("systemctl enable --now heimdall")
        .anyMatch(call -> call.startsWith("curl ") && call.endsWith("http://10.0.0.7:8087/livez"))
        .noneMatch(call -> call.contains(WATCH));
    HeimdallConf conf = HeimdallConf.read(root.resolve("etc/heimdall.conf"));
    assertThat(conf.role()).contains(Role.SERVER);
    assertThat(conf.configuration()).isEqualTo(root + "/mnt/heimdall");
    assertThat(conf.firstFrom()).contains("s3://conf/config");
    assertThat(conf.manager().address()).contains("0.0.0.0");
    assertThat(conf.manager().port()).contains(8087);
    assertThat(conf.manager().secret()).contains("shop/manager");
    assertThat(conf.manager().openId().manager()).contains("https://m.example");
    assertThat(conf.manager().openId().issuer()).contains("https://i.example");
    assertThat(conf.manager().openId().admins()).contains("b, c d");
    assertThat(root.resolve("etc/systemd/system").resolve(UNIT))
        .content()
        .contains("ExecStart=/opt/heimdall/current/heimdall run");
  }

  /** The last line of the log, which the console has, too. */
  private void assertFailed(String said) throws IOException {
    String last = "the boot failed: " + said;
    assertThat(Files.readAllLines(root.resolve("var/log/heimdall-boot.log")))
        .last()
        .isEqualTo(last);
    assertThat(root.resolve("dev/console")).content().endsWith(last + "\n");
  }

  @Test
  void whatFailsIsToldToTheStack() throws Exception {
    standIn(
        "bin/aws",
        "case \"$*\" in *set-instance-health*) ;; *) echo Forbidden: HeadObject >&2; exit 1;;"
            + " esac\n");

    Boot boot = boot();

    assertThat(boot.exitCode()).isOne();
    assertThat(boot.calls())
        .anyMatch(call -> call.startsWith("cfn-signal --exit-code 1 "))
        .noneMatch(call -> call.startsWith("systemctl "));
    assertFailed("Forbidden: HeadObject");
    assertThat(boot.calls().stream().filter(call -> call.startsWith("aws s3 ")).count())
        .isEqualTo(5);
    assertThat(boot.calls()).contains(REPLACE);
  }

  @Test
  void aNodeThatDoesNotComeUpFailsTheUpdate() throws Exception {
    standIn("bin/curl", "echo refused; exit 7\n");
    standIn(
        "bin/setpriv",
        "echo '! denied          secretsmanager:GetSecretValue  of shop/manager'; echo '  ok  s3'\n");

    Boot boot = boot();

    assertThat(boot.exitCode()).isOne();
    assertThat(boot.calls())
        .contains("journalctl -u heimdall -n 50 --no-pager", REPLACE)
        .anyMatch(
            call ->
                call.startsWith("setpriv --reuid heimdall ") && call.endsWith("/heimdall doctor"))
        .anyMatch(call -> call.startsWith("cfn-signal --exit-code 1 "));
    assertThat(Files.readString(root.resolve("dev/console")))
        .containsPattern(
            "the boot failed: heimdall did not answer at http://10.0.0.7:5059/livez within 18\\d s"
                + " \\(refused\\); heimdall doctor: denied secretsmanager:GetSecretValue of"
                + " shop/manager\n$");
  }

  /** A signal would let CloudFormation replace the next one, and the next zone's. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          case "$*" in */readyz) echo 503; exit 22;; esac => did not answer at http://10.0.0.7:5059/readyz within 18
          n=$(grep -c readyz "$CALLS"); case "$*" in */readyz) [ $n -lt 7 ] || exit 7;; esac => and does not stay so
          case "$*" in */status) echo '{"probe":{"ok":false,"micros":1,"error":"no such rôle"}}';; esac => no virtual database answers a statement ("probe":{"ok":false,"micros":1,"error":"no such rôle"})
          """)
  void aNodeThatLivesAndDoesNotServeFailsTheUpdate(String curl, String why) throws Exception {
    standIn("bin/curl", curl + "\n");

    Boot boot = boot();

    assertThat(boot.output()).contains(why);
    assertThat(boot.calls())
        .anyMatch(call -> call.startsWith("cfn-signal --exit-code 1 "))
        .noneMatch(call -> call.startsWith("cfn-signal --exit-code 0 "));
    // Another instance fares no better where a database refuses.
    assertThat(boot.calls().contains(REPLACE)).isEqualTo(!why.contains("statement"));
  }

  @Test
  void aNodeWhoseProcessBeginsAnewFailsTheUpdate() throws Exception {
    standIn("bin/systemctl", "[ \"$1\" != show ] || grep -c 'systemctl show' \"$CALLS\"\n");

    assertThat(boot().output()).contains("does not stay so (its process has begun anew)");
  }

  /** Of two databases one may be away; of none it is known whether its network leads there yet. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"probe\":{\"ok\":false,\"micros\":1,\"error\":\"x\"}},{\"probe\":{\"ok\":true,\"micros\":1}}",
        "{\"probe\":{\"ok\":false,\"micros\":1,\"error\":\"cannot connect to the server at a:5432: x\"}}"
      })
  void whatIsNotTheReleasesFaultDoesNotFailTheUpdate(String status) throws Exception {
    standIn("bin/curl", "case \"$*\" in */status) echo '" + status + "';; esac\n");

    Boot boot = boot();

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(boot.calls()).anyMatch(call -> call.startsWith("cfn-signal --exit-code 0 "));
  }

  /**
   * A look at one that accepts connections without answering takes 2 s, and then a second goes by.
   */
  @Test
  void aNodeThatDoesNotAnswerIsGivenUpByTheClock() throws Exception {
    standIn("bin/curl", "echo timed out; exit 28\n");
    step = 2;

    Boot boot = boot();

    assertThat(boot.exitCode()).isOne();
    assertThat(boot.output()).containsPattern("/livez within 18\\d s \\(timed out\\)");
    assertThat(boot.calls().stream().filter(call -> call.startsWith("curl ")).count())
        .isBetween(2L, 60L);
  }

  private List<String> watched(int times) throws Exception {
    Path script = FILES.resolve(WATCH);
    String text = Files.readString(script);
    text = moved(text).replace("/run/", root + "/");
    Files.deleteIfExists(root.resolve("calls"));
    for (int i = 0; i < times; i++) {
      Boot look = run(List.of("bash", "-c", text, WATCH, "5059-eu-west-1"));
      assertThat(look.exitCode()).as(look.output()).isZero();
    }
    return Files.readAllLines(root.resolve("calls"));
  }

  @Test
  void aNodeThatLivesIsLeftAlone() throws Exception {
    assertThat(watched(20))
        .allMatch(call -> call.endsWith(" http://10.0.0.7:5059/livez") || call.startsWith("host"));
  }

  /** A minute each time; a look without trouble in between begins anew. */
  @Test
  void aNodeThatHangsIsEndedAndThenReplacedWithItsInstance() throws Exception {
    standIn("bin/curl", "exit 28\n");
    String ended = "systemctl kill -s KILL heimdall";
    assertThat(watched(2)).doesNotContain(ended);
    standIn("bin/curl", "");
    watched(1);
    standIn("bin/curl", "exit 28\n");
    assertThat(watched(2)).doesNotContain(ended);
    assertThat(watched(1)).containsOnlyOnce(ended).doesNotContain(REPLACE);
    assertThat(watched(11)).contains(ended).doesNotContain(REPLACE);
    assertThat(watched(1)).contains(REPLACE);
  }

  /** One that ends by itself again and again is systemd's to begin anew. */
  @Test
  void aNodeThatDoesNotRunIsNotEnded() throws Exception {
    standIn("bin/curl", "exit 7\n");
    standIn("bin/systemctl", "exit 3\n");
    assertThat(watched(15))
        .doesNotContain("systemctl kill -s KILL heimdall")
        .containsOnlyOnce(REPLACE);
  }

  private static final String SHIPS =
      "amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:";

  private void withLogs() {
    filledIn.put("LogGroup", "shop-fleet-Logs-AbC");
  }

  @Test
  void theBootsLogAndTheJournalGoToTheGroupOfLogs() throws Exception {
    withLogs();

    Boot boot = boot();

    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(boot.output()).isBlank();
    JsonNode agent =
        new ObjectMapper().readTree(root.resolve(AGENT + "etc/heimdall.json").toFile());
    JsonNode list = agent.at("/logs/logs_collected/files/collect_list");
    assertThat(list.findValuesAsText("file_path"))
        .containsExactly(
            root + "/var/log/heimdall-boot.log", root + "/var/log/heimdall-journal.log");
    assertThat(list.findValuesAsText("log_group_name")).containsOnly("shop-fleet-Logs-AbC");
    assertThat(list.findValuesAsText("log_stream_name"))
        .containsExactly("{instance_id}/boot", "{instance_id}/journal");
    assertThat(boot.calls())
        .containsOnlyOnce(SHIPS + root + "/" + AGENT + "etc/heimdall.json")
        .contains("systemctl enable --now heimdall-journal")
        .noneMatch(call -> call.endsWith(" amazon-cloudwatch-agent"));
    assertThat(boot.calls().indexOf("systemctl enable --now heimdall"))
        .as("nobody waits for the agent")
        .isLessThan(boot.calls().indexOf(SHIPS + root + "/" + AGENT + "etc/heimdall.json"));
    assertThat(root.resolve("etc/systemd/system/heimdall-journal.service"))
        .hasSameTextualContentAs(FILES.resolve("heimdall-journal.service"));
  }

  @Test
  void withoutAGroupOfLogsThereIsNoAgent() throws Exception {
    assertThat(boot().calls())
        .noneMatch(call -> call.startsWith(SHIPS))
        .noneMatch(call -> call.contains("heimdall-journal"));
  }

  @Test
  void aBootThatFailsSendsItsLogBeforeTheGroupReplacesTheInstance() throws Exception {
    withLogs();
    standIn(
        "bin/aws",
        "case \"$*\" in *set-instance-health*) ;; *) echo Forbidden: HeadObject >&2; exit 1;;"
            + " esac\n");

    Boot boot = boot();

    assertThat(boot.exitCode()).isOne();
    String ships = SHIPS + root + "/" + AGENT + "etc/heimdall.json";
    assertThat(boot.calls()).containsSubsequence(ships, "sleep 10", REPLACE);
    assertFailed("Forbidden: HeadObject");
  }

  @Test
  void aBootGoesOnWithoutTheAgentAndSaysSo() throws Exception {
    withLogs();
    Files.delete(root.resolve(AGENT + "bin/amazon-cloudwatch-agent-ctl"));
    standIn("bin/dnf", "case \"$*\" in *-agent) exit 1;; esac\n");

    Boot without = boot();

    assertThat(without.exitCode()).as(without.output()).isZero();
    assertThat(without.output())
        .contains("amazon-cloudwatch-agent cannot be installed: logs stay on this instance");
    standIn("bin/dnf", "");
    standIn(AGENT + "bin/amazon-cloudwatch-agent-ctl", "exit 1\n");
    Boot silent = boot();
    assertThat(silent.exitCode()).as(silent.output()).isZero();
    assertThat(silent.output())
        .contains("amazon-cloudwatch-agent does not start: logs stay on this instance");
  }

  @Test
  void aReleaseThatIsOlderThanTheTemplateIsNamed() throws Exception {
    Files.delete(root.resolve("release/systemd/" + BOOT));
    BootedRelease.packed(root.resolve("release"), root.resolve("release.tar.gz"));

    Boot boot = boot();

    assertThat(boot.exitCode()).isOne();
    assertThat(boot.output()).contains("the release r1 is older than this template");
  }

  /** The journal's copy begins behind the line that was copied last, and does not grow for ever. */
  @Test
  void theJournalIsCopiedOnAndOn() throws Exception {
    Files.createDirectories(root.resolve("var/lib/heimdall-journal"));
    standIn("bin/journalctl", "echo \"a line of the journal\"\n");
    // The third time it is told to end.
    standIn("bin/sleep", "[ $(grep -c ^sleep \"$CALLS\") -lt 3 ] || kill $PPID\n");
    String script = moved(Files.readString(FILES.resolve(JOURNAL)));
    Path copy = root.resolve("var/log/heimdall-journal.log");

    run(List.of("bash", "-c", script));
    assertThat(copy).hasContent("a line of the journal\n".repeat(3));
    Files.delete(root.resolve("calls"));
    Boot full = run(List.of("bash", "-c", "export HEIMDALL_JOURNAL_BYTES=50\n" + script));

    assertThat(copy).hasContent("a line of the journal\n".repeat(3));
    assertThat(full.calls())
        .contains(
            "journalctl --quiet --no-pager -o short-iso -u heimdall* --cursor-file="
                + root
                + "/var/lib/heimdall-journal/cursor");
  }

  private static final String STANDBY =
      "aws autoscaling enter-standby --region eu-west-1 --instance-ids i-07"
          + " --auto-scaling-group-name shop-Zone1 --no-should-decrement-desired-capacity";

  private static final String NOT_KEPT =
      "Forbidden: HeadObject (not kept: another one of the group is, or it cannot be)";

  /** A boot that finds no release, with what the group says of itself. */
  private Boot failing(String others, String standby) throws Exception {
    filledIn.put("KeepFailed", "yes");
    standIn(
        "bin/aws",
        """
        case "$*" in
          *'[0].AutoScalingGroupName'*) echo shop-Zone1 ;;
          *Standby*) echo '%s' ;;
          *enter-standby*) %s ;;
          *set-instance-health*) ;;
          *) echo Forbidden: HeadObject >&2; exit 1 ;;
        esac
        """
            .formatted(others, standby));
    return boot();
  }

  @Test
  void anInstanceThatFailsIsKeptWhereThatIsWished() throws Exception {
    Boot boot = failing("", ":");

    assertThat(boot.exitCode()).isOne();
    assertThat(boot.calls())
        .contains(STANDBY)
        .doesNotContain(REPLACE)
        .anyMatch(call -> call.startsWith("cfn-signal --exit-code 1 "));
    assertFailed("Forbidden: HeadObject (kept in standby: i-07)");
  }

  /** It takes 45 s of waiting and calls of AWS: whoever ends the instance ends it in between. */
  @Test
  void theConsoleSaysWhyBeforeAnInstanceIsKept() throws Exception {
    Boot boot = failing("", "tail -n 1 %s/dev/console >>\"$CALLS\"".formatted(root));

    assertThat(boot.calls()).containsSubsequence(STANDBY, "the boot failed: Forbidden: HeadObject");
    assertFailed("Forbidden: HeadObject (kept in standby: i-07)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void aBootThatIsEndedWhileItFailsTellsTheStackAllTheSame(String signal) throws Exception {
    Boot boot = failing("", "kill -s %s $PPID".formatted(signal));

    assertThat(boot.exitCode()).isOne();
    assertThat(boot.calls()).anyMatch(call -> call.startsWith("cfn-signal --exit-code 1 "));
    assertFailed("Forbidden: HeadObject (kept in standby: i-07)");
  }

  @Test
  void aSecondOneThatFailsIsReplaced() throws Exception {
    Boot boot = failing("i-01", ":");

    assertThat(boot.calls()).doesNotContain(STANDBY).contains(REPLACE);
    assertFailed(NOT_KEPT);
  }

  @Test
  void anInstanceThatCannotBeKeptIsReplacedAndSaysSo() throws Exception {
    Boot boot = failing("", "exit 255");

    assertThat(boot.calls().stream().filter(STANDBY::equals).count())
        .as("it may not be in service yet")
        .isEqualTo(5);
    assertThat(boot.calls()).contains(REPLACE);
    assertFailed(NOT_KEPT);
  }

  @Test
  void anInstanceThatComesUpIsNotPutIntoStandby() throws Exception {
    filledIn.put("KeepFailed", "yes");
    Boot boot = boot();
    assertThat(boot.exitCode()).as(boot.output()).isZero();
    assertThat(boot.calls()).doesNotContain(STANDBY, REPLACE);
  }
}
