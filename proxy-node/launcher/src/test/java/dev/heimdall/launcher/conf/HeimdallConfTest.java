package dev.heimdall.launcher.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeimdallConfTest {
  private static final Path SAMPLE = Path.of("../../templates/config/heimdall.conf");

  @TempDir private Path directory;

  @Test
  void everyKeyIsRead() throws Exception {
    HeimdallConf conf =
        read(
            """
            # a proxy of the fleet
            hdRole = proxy
              hduser=node

            hdpassword = "s p=a#ce"
            configDirectory='/mnt/efs/config'
            region = eu-central-1
            memory = 75%
            heapMemory = 1GiB
            directMemory = 512MiB
            lifecycleHook = drain
            autoScalingGroup = heimdall a
            scaleInPatience = 90s
            stateKey = /mnt/keys/heimdall.key
            update = pinned 0.1.0
            updateUrl = https://releases.example.com/heimdall
            regionFacts = /etc/heimdall-region.json
            managerAddress = 0.0.0.0
            managerPort = 443
            managerSecret = heimdall/manager
            managerCertificate = /etc/heimdall/manager.pem
            managerKey = /etc/heimdall/manager.key
            managerStore = s3://conf/manager
            managerTrustedProxies = 10.0.0.0/24, fd00::1
            ldapFile = /etc/heimdall/ldap.json
            managerUrl = https://manager.example
            oidcIssuer = https://idp.example/realm
            oidcClientId = heimdall
            oidcClientSecretFile = /etc/heimdall/oidc
            oidcScopes = openid groups
            oidcRolesClaim = cognito:groups
            oidcAdmins = one, other
            oidcProviderName = "The Company"
            """);

    assertThat(conf.role()).contains(Role.PROXY);
    assertThat(conf.user()).contains("node");
    assertThat(conf.password().orElseThrow().value()).isEqualTo("s p=a#ce");
    assertThat(conf.configuration()).isEqualTo("/mnt/efs/config");
    assertThat(conf.region()).contains("eu-central-1");
    assertThat(conf.memory().of(1000)).isEqualTo(750);
    assertThat(conf.memory().heap()).contains(1L << 30);
    assertThat(conf.memory().direct()).contains(512L << 20);
    assertThat(conf.lifecycleHook()).contains("drain");
    assertThat(conf.autoScalingGroup()).contains("heimdall a");
    assertThat(conf.scaleInPatience()).isEqualTo(Duration.ofSeconds(90));
    assertThat(conf.stateKey()).contains(Path.of("/mnt/keys/heimdall.key"));
    assertThat(conf.regionFacts()).contains(Path.of("/etc/heimdall-region.json"));
    assertThat(conf.manager())
        .isEqualTo(
            new ManagerKeys(
                Optional.of("0.0.0.0"),
                Optional.of(443),
                Optional.of("heimdall/manager"),
                Optional.empty(),
                Optional.of(Path.of("/etc/heimdall/manager.pem")),
                Optional.of(Path.of("/etc/heimdall/manager.key")),
                Optional.of("s3://conf/manager"),
                Optional.of("10.0.0.0/24, fd00::1"),
                Optional.of(Path.of("/etc/heimdall/ldap.json")),
                new OpenIdKeys(
                    Optional.of("https://manager.example"),
                    Optional.of("https://idp.example/realm"),
                    Optional.of("heimdall"),
                    Optional.empty(),
                    Optional.of(Path.of("/etc/heimdall/oidc")),
                    Optional.of("openid groups"),
                    Optional.empty(),
                    Optional.of("cognito:groups"),
                    Optional.of("one, other"),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of("The Company"))));
    assertThat(conf.firstFrom()).isEmpty();
    assertThat(conf.toString()).doesNotContain("s p=a#ce");
  }

  @Test
  void anEmptyFileLeavesEverythingOpen() throws Exception {
    HeimdallConf conf = read("\n# nothing\n");

    assertThat(conf.role()).isEmpty();
    assertThat(conf.configuration()).isEqualTo("/opt/heimdall/config");
    assertThat(conf.memory()).isEqualTo(MemoryOptions.none());
    assertThat(conf.scaleInPatience()).isEqualTo(Duration.ofMinutes(5));
    assertThat(conf.stateKey()).isEmpty();
    assertThat(conf.regionFacts()).isEmpty();
    assertThat(conf.manager()).isEqualTo(ManagerKeys.none());
  }

  @Test
  void theConfigurationMayBeInS3OrInASecret() throws Exception {
    assertThat(read("configSource = s3://conf/fleet\n").configuration())
        .isEqualTo("s3://conf/fleet");
    assertThat(read("configSource = file:/mnt/efs\n").configuration()).isEqualTo("file:/mnt/efs");
    assertThat(read("hdSecretKey = heimdall/conf\n").configuration())
        .isEqualTo("secret:heimdall/conf");
  }

  @Test
  void theConfigurationIsInOnePlace() {
    assertThatThrownBy(() -> read("configSource = s3://conf/fleet\nhdSecretKey = conf\n"))
        .isInstanceOf(ConfException.class)
        .hasMessageContaining("hdSecretKey")
        .hasMessageContaining("line 1 has configSource");
  }

  @Test
  void aMachineThatEditsADirectoryMayFillItFromElsewhere() throws Exception {
    String both = "configDirectory = /mnt/efs\nconfigSource = s3://conf/fleet\n";
    for (String role : List.of("server", "Both")) {
      HeimdallConf conf = read("hdRole = " + role + "\n" + both);
      assertThat(conf.configuration()).isEqualTo("/mnt/efs");
      assertThat(conf.firstFrom()).contains("s3://conf/fleet");
    }
    assertThat(refused("hdRole = proxy\n" + both))
        .contains(":3:1 configSource: got a second place of the configuration on a proxy");
    assertThat(refused(both)).contains("line 1 has configDirectory");
    assertThat(read("hdRole = server\nconfigSource = s3://conf/fleet\n").firstFrom()).isEmpty();
  }

  @Test
  void theManagerHasOnePasswordAndBothPartsOfTls() throws IOException {
    assertThat(refused("managerSecret = a\nmanagerPasswordFile = /b\n"))
        .contains(":2:1 managerPasswordFile: got a second password", "line 1 has managerSecret");
    assertThat(refused("managerKey = /b\n"))
        .contains(":1:1 managerKey: got it alone, expected managerCertificate as well");
    assertThat(refused("managerCertificate = /b\n")).contains("managerKey as well");
    assertThat(refused("oidcIssuer = https://i\n"))
        .contains("oidcClientId as well", "managerUrl as well");
    assertThat(refused("oidcClientSecret = a\noidcClientSecretFile = /b\n"))
        .contains("a second client's secret");
  }

  @Test
  void lettersOfKeysAndRolesMayBeLargeOrSmallAndLinesMayEndAsInWindows() throws Exception {
    HeimdallConf conf = read("HDROLE = Both\r\nhdUser = x\r\n");

    assertThat(conf.role()).contains(Role.BOTH);
    assertThat(conf.user()).contains("x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hdRoel = proxy | hdRoel: got an unknown key | did you mean \"hdRole\"?",
        "hdRole = prxoy | hdRole: got \"prxoy\", expected proxy, server or both | did you mean"
            + " \"proxy\"?",
        "hdRole = | hdRole: got nothing | expected proxy, server or both",
        "proxy | the line: got a line without = | expected key = value",
        "memory = 2GB | memory: got \"2GB\" | a size such as 3GiB",
        "memory = 0% | memory: got \"0%\" | 75%",
        "configDirectory = etc | configDirectory: got \"etc\" | an absolute path",
        "scaleInPatience = 5 | scaleInPatience: got \"5\" | a time such as 5m",
        "lifecycleHook = a b | lifecycleHook: got \"a b\" | the name of a lifecycle hook",
        "managerPort = 65536 | managerPort: got \"65536\" | a port from 1 to 65535",
        "managerAdress = 10.0.0.1 | managerAdress: got an unknown key | did you mean"
            + " \"managerAddress\"?",
        "region = Frankfurt | region: got \"Frankfurt\" | eu-west-1",
      })
  void whatIsWrongIsToldWithFileAndLine(String line, String what, String remedy)
      throws IOException {
    assertThat(refused("# first\n\n" + line))
        .startsWith(file() + ":3:1 ")
        .contains(what.strip(), remedy.strip());
  }

  @Test
  void everyProblemIsToldAtOnce() throws IOException {
    assertThat(refused("a = 1\nmemory = x\nhdRole=proxy\nhdRole=proxy\n").lines())
        .satisfiesExactly(
            first -> assertThat(first).contains(":1:1 a: got an unknown key"),
            second -> assertThat(second).contains(":2:1 memory"),
            third -> assertThat(third).contains(":4:1 hdRole: got a second value", "line 3"));
  }

  @Test
  void aSecretIsNotShownWhateverIsWrongWithItsLine() throws IOException {
    String canary = "canary" + "y".repeat(2000);

    assertThat(refused("hduser = x\nhdpassword = " + canary)).doesNotContain("canary");
    assertThat(refused("hduser = x\nhdpassword\n" + canary)).doesNotContain("canary");
    assertThat(refused("hdpassword = canary")).contains("hduser").doesNotContain("canary");
    assertThat(refused("hdpasswd = canary")).contains("hdpassword").doesNotContain("canary");
  }

  @Test
  void aFileThatIsNotThereOrNoTextIsToldByItsName() throws IOException {
    assertThatThrownBy(() -> HeimdallConf.read(directory.resolve("other")))
        .hasMessageContaining(directory.resolve("other") + " the file: got no such file");
    Files.write(file(), "hduser = ä".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> HeimdallConf.read(file())).hasMessageContaining("no UTF-8");
    Files.writeString(file(), "#".repeat(70_000));
    assertThatThrownBy(() -> HeimdallConf.read(file())).hasMessageContaining("65536 bytes");
  }

  @Test
  void theSampleHasEveryKeyOnceAndIsRightAsItIsAndWithEveryLineInUse() throws Exception {
    assertThat(HeimdallConf.read(SAMPLE).role()).contains(Role.PROXY);
    String inUse = Files.readString(SAMPLE).replaceAll("(?m)^#(?=[a-zA-Z]+ = )", "");
    // The configuration is in one place.
    read(
        inUse.replaceAll(
            "(?m)^(configSource|hdSecretKey|managerPasswordFile|oidcClientSecretFile) = .*", ""));
    for (String key : ConfKey.spellings()) {
      assertThat(inUse.lines().filter(line -> line.startsWith(key + " = "))).as(key).hasSize(1);
    }
  }

  private Path file() {
    return directory.resolve("heimdall.conf");
  }

  private HeimdallConf read(String text) throws IOException, ConfException {
    return HeimdallConf.read(Files.writeString(file(), text));
  }

  private String refused(String text) throws IOException {
    Path file = Files.writeString(file(), text);
    return catchThrowableOfType(ConfException.class, () -> HeimdallConf.read(file)).getMessage();
  }
}
