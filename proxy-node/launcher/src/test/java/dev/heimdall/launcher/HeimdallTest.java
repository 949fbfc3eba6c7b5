package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.heimdall.model.BackendTls;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeimdallTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path directory;
  @TempDir private Path facts;

  @Test
  void noCommandIsAUsageError() {
    assertThat(heimdall()).isEqualTo(2);
    assertThat(err.toString()).contains("A command is missing", "demo", "proxy", "check");
  }

  @Test
  void aMisspeltCommandGetsTheNearestOne() {
    assertThat(heimdall("chekc", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("heimdall check");
  }

  @Test
  void theVersionNamesJavaToo() {
    assertThat(heimdall("version")).isZero();
    assertThat(out.toString()).contains("heimdall ", "java " + System.getProperty("java.version"));
  }

  @Test
  void helpOfACommandIsNoError() {
    assertThat(heimdall("demo", "--help")).isZero();
    assertThat(out.toString()).contains("--port-base", "--for", "--no-workload", "Default: 5050");
  }

  @Test
  void aGoodConfigurationIsCounted() throws IOException {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"db\"}");

    assertThat(heimdall("check", directory.toString())).isZero();
    assertThat(out.toString())
        .isEqualToIgnoringNewLines("OK: 1 source, 1 virtual database, 0 users");
  }

  @Test
  void checkReadsNoSecretsAndANodeThatCannotSaysSo() throws IOException {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    write("vdbs/shop.json", "{\"ports\": [0], \"source\": \"db\"}");
    write("users/a.json", "{\"password\": {\"secret\": \"prod/a\", \"key\": \"password\"}}");

    assertThat(heimdall("check", directory.toString())).as(err.toString()).isZero();
    assertThat(err.toString()).as("it holds no secret that anybody could read").isEmpty();

    assertThat(heimdall("proxy", "--config", directory.toString())).isEqualTo(3);
    assertThat(err.toString())
        .contains("users/a.json:1:14 $.password: got the secret \"prod/a\"", "file:/DIRECTORY");
  }

  @Test
  void aReferenceToTheRegionIsJudgedWithWhatTheRegionHas() throws IOException {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://${region.database}\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"db\"}");
    Path region = Files.writeString(facts.resolve("a.json"), "{\"database\": \"db.a\"}");
    Path other = Files.writeString(facts.resolve("b.json"), "{\"database\": \"db b\"}");

    assertThat(heimdall("check", directory.toString())).isEqualTo(3);
    assertThat(err.toString())
        .contains("sources/db.json:1:9 $.url: got ${region.database}, and nothing that says");
    err.getBuffer().setLength(0);
    assertThat(heimdall("check", "--elsewhere", directory.toString())).isZero();
    assertThat(err.toString())
        .contains(
            "warning: not judged without --region-facts: sources/db.json $.url: ${region.database}");
    err.getBuffer().setLength(0);
    assertThat(heimdall("check", "--region-facts=" + region, directory.toString())).isZero();
    assertThat(err.toString()).doesNotContain("judged");
    assertThat(heimdall("check", "--region-facts=" + other, directory.toString())).isEqualTo(3);
    assertThat(err.toString()).contains("$.url: got \"jdbc:postgresql://db b\"");
    Files.writeString(other, "[]");
    assertThat(heimdall("check", "--region-facts=" + other, directory.toString())).isEqualTo(3);
    assertThat(err.toString()).contains(other + " has 1 problem:");

    Path kept = facts.resolve("kept");
    assertThat(heimdall("config", "push", directory.toString(), kept.toString()))
        .as(err.toString())
        .isZero();
    assertThat(kept.resolve("sources/db.json")).content().contains("${region.database}");
  }

  private String checkedWith(String store, String cluster) throws IOException {
    err.getBuffer().setLength(0);
    write("node.json", "{\"store\": {" + store + "}}");
    write(
        "sources/db.json",
        "{\"url\": \"jdbc:postgresql://db.example\", \"user\": \"u\", \"cluster\": {\"kind\": \"rds\","
            + " \"reads\": \"all\", "
            + cluster
            + "}}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"db\"}");
    int exit = heimdall("check", "--elsewhere", directory.toString());
    assertThat(exit).as(err.toString()).isZero();
    return err.toString();
  }

  @Test
  void whatConsistencyComesToOverStoresIsAWarning() throws IOException {
    String servers = "\"servers\": [\"store.example\"]";
    String strict = "\"consistency\": \"strict\"";
    String global = "\"arn\": \"arn:aws:rds::123456789012:global-cluster:shop\", ";

    assertThat(checkedWith(servers, strict)).doesNotContain("consistency");
    assertThat(checkedWith("", strict))
        .contains("warning: data source db: ", "holds for this node alone");
    for (String each :
        List.of(
            checkedWith(servers + ", \"scope\": \"region\"", strict),
            checkedWith(servers, global + strict))) {
      assertThat(each).contains("all reads go to the writer, and no results are kept");
    }
    assertThat(checkedWith(servers + ", \"scope\": \"fleet\"", global + strict))
        .as("one store for all regions")
        .doesNotContain("consistency");
    assertThat(checkedWith(servers, global + "\"consistency\": \"fleet\""))
        .contains("nodes elsewhere have another store", "maxStaleness (5000 ms)");
    assertThat(checkedWith(servers, global + "\"consistency\": \"session\""))
        .doesNotContain("elsewhere");
  }

  @Test
  void everyProblemOfAConfigurationIsPrinted() throws IOException {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://db.example\", \"usr\": \"x\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"elsewhere\"}");

    assertThat(heimdall("check", directory.toString())).isEqualTo(3);
    assertThat(err.toString())
        .contains("2 problems", "sources/db.json", "usr", "vdbs/shop.json", "elsewhere")
        .doesNotContain("\tat ");
  }

  @Test
  void certificatesThatTheNodeWouldRefuseAreProblems() throws IOException {
    write("junk.pem", "no certificate");
    String verify = "\"tls\": {\"mode\": \"verify-full\", \"caFile\": \"junk.pem\"}";
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://db.example\", " + verify + "}");
    write("sources/unused.json", "{\"url\": \"jdbc:postgresql://db.example\", " + verify + "}");
    write(
        "vdbs/shop.json",
        "{\"ports\": [0], \"source\": \"db\", \"tls\": {\"certificateFile\": \"junk.pem\","
            + " \"keyFile\": \"junk.pem\"}}");
    write(
        "node.json",
        "{\"http\": {\"enabled\": false}, \"peers\": [{\"id\": 7, \"host\": \"b\", \"port\": 1, "
            + verify
            + "}]}");

    assertThat(heimdall("check", directory.toString())).isEqualTo(3);
    assertThat(err.toString())
        .contains("3 problems", "sources/db.json: tls", "vdbs/shop.json: tls.certificateFile")
        .contains("node.json: peer 7, tls", "junk.pem")
        .doesNotContain("unused", "\tat ");

    String told = err.toString();
    assertThat(heimdall("proxy", "--config", directory.toString())).isEqualTo(3);
    assertThat(err.toString()).endsWith(told);
  }

  @Test
  void authoritiesOfRdsThatAreMissingHereAreAProblemOfThisMachine() throws IOException {
    assumeFalse(Files.exists(BackendTls.RDS_AUTHORITIES), "this machine has them");
    String host = "db.cluster-abc123.eu-west-1.rds.amazonaws.com";
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://" + host + "\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"db\"}");

    assertThat(heimdall("check", directory.toString())).isEqualTo(4);
    String told = err.toString();
    assertThat(told).contains("this machine", "sources/db.json: tls", "1 problem");
    assertThat(heimdall("proxy", "--config", directory.toString())).isEqualTo(4);
    assertThat(err.toString()).endsWith(told);

    assertThat(heimdall("check", "--elsewhere", directory.toString())).as(err.toString()).isZero();
    assertThat(err.toString())
        .contains("warning", "sources/db.json", BackendTls.RDS_AUTHORITIES.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "db.abc123.eu-west-1.rds.amazonaws.com https://truststore.pki.rds.amazonaws.com/",
        "db.abc123.us-gov-west-1.rds.amazonaws.com"
            + " https://truststore.pki.us-gov-west-1.rds.amazonaws.com/",
        "db.abc123.cn-north-1.rds.amazonaws.com.cn"
            + " https://rds-truststore.s3.cn-north-1.amazonaws.com.cn/"
      })
  void whereTheAuthoritiesOfEachPartitionAreIsSaid(String hostAndAddress) throws IOException {
    assumeFalse(Files.exists(BackendTls.RDS_AUTHORITIES), "this machine has them");
    String host = hostAndAddress.split(" ")[0];
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://" + host + "\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"db\"}");

    assertThat(heimdall("check", directory.toString())).isEqualTo(4);
    assertThat(err.toString()).contains("\"caFile\"", hostAndAddress.split(" ")[1]);
  }

  @Test
  void theProxyRefusesABadConfigurationAsCheckDoes() {
    assertThat(heimdall("proxy", "--config", directory.toString())).isEqualTo(3);
    assertThat(err.toString()).contains("1 problem:", "vdbs").doesNotContain("\tat ");
  }

  @Test
  void theProxyNeedsAConfiguration() {
    assumeFalse(Files.exists(Path.of("/etc/heimdall.conf")), "this machine is a node");

    assertThat(heimdall("proxy")).isEqualTo(2);
    assertThat(err.toString()).contains("/etc/heimdall.conf", "--config=PLACE");
  }

  @Test
  void aConfigurationIsPushedAndPulledAndNobodysEditIsOverwritten() throws IOException {
    write("sources/db.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"db\"}");
    String mine = directory.toString();
    String store = directory.resolve(".store").toString();
    String other = directory.resolve(".other").toString();

    assertThat(heimdall("config", "push", mine, store)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("2 documents pushed to " + store, "vdbs/shop.json");
    assertThat(heimdall("config", "pull", store, other)).isZero();
    assertThat(heimdall("check", other)).isZero();

    write("vdbs/shop.json", "{\"ports\": [5051], \"source\": \"db\"}");
    assertThat(heimdall("config", "push", mine, store)).isZero();
    Files.writeString(Path.of(other, "vdbs/shop.json"), "{\"ports\": [5052], \"source\": \"db\"}");
    assertThat(heimdall("config", "push", other, store)).isEqualTo(5);
    assertThat(err.toString()).contains("changed by somebody else", "vdbs/shop.json");
    assertThat(heimdall("config", "pull", store, other)).isEqualTo(5);
    assertThat(heimdall("config", "push", "--overwrite", other, store)).isZero();
  }

  @Test
  void documentsAsAManagerShowsThemAreNotPushed() throws IOException {
    write(
        "sources/db.json",
        """
        {"url": "jdbc:postgresql://db.example", "user": "app",
         "password": "\\u2022\\u2022\\u2022\\u2022\\u2022\\u2022\\u2022\\u2022 52003c63533b"}
        """);
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"db\"}");
    Path store = directory.resolve(".store");

    assertThat(heimdall("config", "push", directory.toString(), store.toString())).isEqualTo(3);
    assertThat(err.toString()).contains("sources/db.json:2:", "$.password", "mask of a secret");
    assertThat(store).doesNotExist();
    assertThat(heimdall("check", directory.toString())).isEqualTo(3);
  }

  @Test
  void whatIsWrongIsNotPushed() throws IOException {
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"elsewhere\"}");
    Path store = directory.resolve(".store");

    assertThat(heimdall("config", "push", directory.toString(), store.toString())).isEqualTo(3);
    assertThat(store).doesNotExist();
  }

  @Test
  void whatIsNoPlaceOfAConfigurationIsAUsageError() {
    assertThat(heimdall("check", "s3:conf")).isEqualTo(2);
    assertThat(err.toString()).contains("s3://bucket/prefix");
    assertThat(heimdall("config")).isEqualTo(2);
  }

  @Test
  void aMachinesFileLeadsToTheConfiguration() throws IOException {
    Path conf = conf("configDirectory = " + directory.resolve("elsewhere"), "hdRole = proxy");

    assertThat(heimdall("proxy", "--conf", conf.toString())).isEqualTo(3);
    assertThat(err.toString()).contains("the configuration in " + directory.resolve("elsewhere"));
  }

  @Test
  void theDirectoryOfTheCommandLineGoesBeforeThatOfTheFile() throws IOException {
    Path conf = conf("configDirectory = /elsewhere");

    assertThat(heimdall("proxy", "--conf", conf.toString(), "--config", directory.toString()))
        .isEqualTo(3);
    assertThat(err.toString()).contains("the configuration in " + directory + " ");
  }

  @Test
  void everyProblemOfAMachinesFileIsPrinted() throws IOException {
    Path conf = conf("hdRole = proxy", "memry = 1GiB", "region = here");

    assertThat(heimdall("proxy", "--conf=" + conf)).isEqualTo(3);
    assertThat(err.toString())
        .contains("2 problems", conf + ":2:1 memry", "\"memory\"", conf + ":3:1 region")
        .doesNotContain("\tat ");
  }

  @ParameterizedTest
  @CsvSource({"server, proxy", "both, proxy", "proxy, server", "both, server", "proxy, both"})
  void aMachineDoesOnlyWhatItIsThereFor(String role, String command) throws IOException {
    Path conf = conf("hdRole = " + role);

    assertThat(heimdall(command, "--conf=" + conf)).isEqualTo(3);
    assertThat(err.toString())
        .contains(
            "hdRole in " + conf + " is " + role, "`heimdall " + command + "`", "heimdall run");
  }

  @Test
  void aMachineThatBootsDoesWhatItIsThereFor() throws IOException {
    Path wrong = Files.createDirectory(directory.resolve("wrong"));
    Path proxy = conf("hdRole = proxy", "configDirectory = " + wrong);
    assertThat(heimdall("run", "--conf=" + proxy)).isEqualTo(3);
    assertThat(err.toString()).contains("the configuration in " + wrong, "vdbs");
    // Of nothing alone, both would wait for somebody to set something up.
    Files.writeString(wrong.resolve("node.json"), "{\"nothing\": 1}");
    Path both = conf("hdRole = both", "configDirectory = " + wrong);
    assertThat(heimdall("run", "--conf=" + both)).isEqualTo(3);
    assertThat(err.toString()).contains("the configuration in " + wrong, "nothing");
    Path server = conf("hdRole = Server", "managerPasswordFile = " + directory.resolve("nothing"));
    err.getBuffer().setLength(0);
    assertThat(heimdall("run", "--conf=" + server)).isEqualTo(4);
    assertThat(err.toString()).contains("password file", "nothing");
    assertThat(heimdall("run", "--conf=" + directory.resolve("none"))).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--manager-port=70000                                    | --manager-port is 70000",
        "--manager-key=a                                         | go together",
        "--manager-secret=a --manager-password-file=b            | two passwords",
        "--oidc-client-secret=a --oidc-client-secret-file=b      | two secrets",
        "--oidc-issuer=https://idp.example                       | needs oidcIssuer, oidcClientId"
      })
  void optionsOfTheManagerThatContradictEachOtherAreRefused(String options, String message) {
    List<String> words = new ArrayList<>(List.of("server", "--config=" + directory));
    words.addAll(List.of(options.split(" ")));

    assertThat(heimdall(words.toArray(String[]::new))).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://manager.example  | --oidc-admins=a                       | managerUrl is"
            + " http://manager",
        "https://manager.example | --oidc-name-claim=sub                 | would have a role",
        "https://manager.example | --oidc-admins=a --oidc-scopes=profile | oidcScopes has to name"
            + " openid"
      })
  void aProviderWithWhichNobodyCouldLogInIsRefused(String url, String options, String message) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "server",
                "--config=" + directory,
                "--state=" + directory,
                "--manager-url=" + url,
                "--oidc-issuer=https://idp.example",
                "--oidc-client-id=heimdall"));
    words.addAll(List.of(options.split(" ")));

    assertThat(heimdall(words.toArray(String[]::new))).isEqualTo(4);
    assertThat(err.toString()).contains(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--console=127.0.0.1                                     | takes HOST:PORT",
        "--console=127.0.0.1:5050?ssl=false                      | takes HOST:PORT",
        "--console=127.0.0.1:5050                                | needs --password-file",
        "--console=127.0.0.1:5050 --manager=http://127.0.0.1:1   | is for a node",
        "--manager=http://127.0.0.1:1                            | needs --password-file"
      })
  void topSaysWhatItNeeds(String options, String message) {
    List<String> words = new ArrayList<>(List.of("top", "--once"));
    words.addAll(List.of(options.split(" ")));

    assertThat(heimdall(words.toArray(String[]::new))).isEqualTo(2);
    assertThat(err.toString()).contains(message);
  }

  @Test
  void aMemoryPlanFollowsTheRole() throws IOException {
    Path conf = conf("hdRole = both", "memory = 2GiB");
    assertThat(heimdall("memory-plan", "--conf=" + conf)).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("heap ", ", network buffers ", ", the manager's heap ", "left to the system");
    out.getBuffer().setLength(0);
    assertThat(heimdall("memory-plan", "--options", "--role=server", "--conf=" + conf)).isZero();
    assertThat(out.toString().lines()).singleElement().asString().matches("-Xmx[0-9]+m");
    assertThat(heimdall("memory-plan", "--role=srever", "--conf=" + conf)).isEqualTo(2);
    assertThat(err.toString()).contains("--role is srever");
  }

  @Test
  void aMemoryPlanIsPrintedForPeopleAndForTheJvm() throws IOException {
    Path conf = conf("heapMemory = 100MiB", "directMemory = 40MiB");

    assertThat(heimdall("memory-plan", "--conf=" + conf)).isZero();
    assertThat(out.toString()).contains("heap 100 MiB, network buffers 40 MiB, left to the system");
    out.getBuffer().setLength(0);
    assertThat(heimdall("memory-plan", "--options", "--conf=" + conf)).isZero();
    assertThat(out.toString().lines())
        .containsExactly("-Xms100m", "-Xmx100m", "-XX:MaxDirectMemorySize=40m");
  }

  @Test
  void moreMemoryThanThereIsIsRefused() throws IOException {
    Path conf = conf("heapMemory = 9999GiB");

    assertThat(heimdall("memory-plan", "--options", "--conf=" + conf)).isEqualTo(3);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("this machine has", conf.toString(), "at least");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "65527", "-1"})
  void aPortBaseThatLeavesNoRoomIsRefused(String base) {
    assertThat(heimdall("demo", "--port-base=" + base)).isEqualTo(2);
    assertThat(err.toString()).contains("--port-base is " + base, "1 to 65526");
  }

  @Test
  void aDemoWithoutTimeIsRefused() {
    assertThat(heimdall("demo", "--for", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--for is 0");
  }

  @Test
  void aDemoOnABusyPortEndsBeforeItStartsAnything() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      int base = Math.min(other.getLocalPort(), 65526);
      assumeTrue(base == other.getLocalPort(), "no room above the port");

      assertThat(heimdall("demo", "--port-base=" + base)).isEqualTo(4);

      assertThat(err.toString())
          .contains("port " + base, "the proxy node", "--port-base")
          .doesNotContain("\tat ");
      assertThat(out.toString()).doesNotContain("PostgreSQL");
    }
  }

  private int heimdall(String... arguments) {
    return Heimdall.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private Path conf(String... lines) throws IOException {
    return Files.write(directory.resolve("heimdall.conf"), List.of(lines));
  }

  private void write(String file, String text) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
