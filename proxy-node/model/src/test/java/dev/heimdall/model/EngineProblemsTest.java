package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Data sources of other engines than PostgreSQL, and where they may not be. */
class EngineProblemsTest {
  @TempDir Path dir;

  @BeforeEach
  void rightConfiguration() throws IOException {
    write("sources/primary.json", "{\"url\": \"jdbc:postgresql://db\"}");
    crm("\"password\": \"hunter2\"");
    write(
        "vdbs/shop.json",
        "{\"ports\": [5050], \"source\": \"primary\", \"ruleSources\": [\"crm\"],"
            + " \"rules\": [\"main\"]}");
    rule("{\"action\": \"forward\", \"parameters\": {\"source\": \"crm\"}}");
  }

  private void write(String file, String text) throws IOException {
    FullConfiguration.write(dir, file, text);
  }

  private void crm(String more) throws IOException {
    write("sources/crm.json", "{\"url\": \"jdbc:mysql://m/crm\", \"user\": \"app\", " + more + "}");
  }

  private void rule(String rule) throws IOException {
    write("rules/main.json", "{\"rules\": [" + rule + "]}");
  }

  private List<String> problems() {
    return Problems.withoutPlaces(() -> ConfigurationReader.read(dir));
  }

  @Test
  void rulesMayForwardToMysql() throws Exception {
    assertThat(problems()).isEmpty();

    DataSource crm = ConfigurationReader.read(dir).sources().get("crm");
    assertThat(crm.engine()).isEqualTo(Engine.MYSQL);
    assertThat(crm.hosts()).containsExactly(new ServerAddress("m", 3306));
    assertThat(crm.database()).contains("crm");
  }

  @Test
  void clientsMayConnectToMysql() throws Exception {
    write("vdbs/other.json", "{\"ports\": [5051], \"source\": \"crm\"}");
    write("users/old.json", "{\"verifier\": \"*" + "0A".repeat(20) + "\", \"vdbs\": [\"other\"]}");

    assertThat(problems()).isEmpty();
    VirtualDatabase vdb = ConfigurationReader.read(dir).vdbs().get("other");
    assertThat(vdb.auth()).extracting(AuthRule::method).containsExactly(AuthMethod.PASSWORD);
    assertThat(vdb.pipelining().enabled()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"auth\": [{\"method\": \"scram-sha-256\"}] | auth[0].method: got \"scram-sha-256\","
            + " expected one of \"password\", \"ldap\", \"trust\", \"reject\", \"cert\", because the"
            + " engine is \"mysql\"",
        "\"databases\": {\"a\": \"b\"} | databases.a: got \"b\", expected \"a\", because the engine"
            + " is \"mysql\": statements name databases as the server does",
      })
  void whatItsClientsCannotHaveIsRefused(String setting, String problem) throws IOException {
    write("vdbs/other.json", "{\"ports\": [5051], \"source\": \"crm\", " + setting + "}");

    assertThat(problems()).containsExactly("vdbs/other.json $." + problem);
  }

  @Test
  void filesAreSentByClientsOfMysqlAlone() throws IOException {
    String allowed = ", \"clients\": {\"localInfile\": true}}";
    write("vdbs/other.json", "{\"ports\": [5051], \"source\": \"crm\"" + allowed);
    write("vdbs/another.json", "{\"ports\": [5052], \"source\": \"primary\"" + allowed);

    assertThat(problems())
        .containsExactly(
            "vdbs/another.json $.clients.localInfile: got true, expected false, because the engine"
                + " is \"postgresql\": its servers ask for no files");
  }

  @Test
  void usersAreLookedUpInPostgresAlone() throws IOException {
    write(
        "vdbs/other.json",
        "{\"ports\": [5051], \"source\": \"crm\", \"authQuery\": {\"enabled\": true}}");

    assertThat(problems())
        .containsExactly(
            "vdbs/other.json $.authQuery.enabled: got true, expected false, because the engine is"
                + " \"mysql\": the query is one of PostgreSQL's catalogue");
  }

  @Test
  void compressionIsOfMysqlAlone() throws IOException {
    String wanted = ", \"clients\": {\"compression\": true}}";
    write("vdbs/other.json", "{\"ports\": [5051], \"source\": \"crm\"" + wanted);
    write("vdbs/another.json", "{\"ports\": [5052], \"source\": \"primary\"" + wanted);

    assertThat(problems())
        .containsExactly(
            "vdbs/another.json $.clients.compression: got true, expected false, because the engine"
                + " is \"postgresql\": its protocol has no compression");
  }

  @Test
  void resultsAreKeptWhereTheWriterIsKnown() throws IOException {
    write(
        "vdbs/other.json",
        "{\"ports\": [5051], \"source\": \"crm\", \"cache\": {\"enabled\": true}}");

    assertThat(problems())
        .contains(
            "vdbs/other.json $.cache.enabled: got true, expected false, or a \"cluster.kind\" other"
                + " than \"none\" in sources/crm.json: the node must notice when another server is"
                + " the writer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"action\": \"async-execute\", \"parameters\": {\"source\": \"crm\"}}",
        "{\"action\": \"trigger\", \"parameters\": {\"command\": \"SELECT 1\", \"source\":"
            + " \"crm\"}}",
      })
  void onlyForwardReachesMysql(String rule) throws IOException {
    rule(rule);

    assertThat(problems())
        .containsExactly(
            "rules/main.json $.rules[0].parameters.source: got \"crm\", which has the engine"
                + " \"mysql\", expected a data source of the VDB's own engine: only \"forward\""
                + " reaches others");
  }

  @Test
  void theEngineHasToFitTheUrl() throws IOException {
    crm("\"engine\": \"postgresql\"");

    assertThat(problems())
        .containsExactly(
            "sources/crm.json $.engine: got \"postgresql\", expected \"mysql\", or nothing: the URL"
                + " is one of that engine");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"tls\": {\"direct\": false} | tls.direct | PostgreSQL and SQL Server",
        "\"tls\": {\"channelBinding\": \"disable\"} | tls.channelBinding | PostgreSQL",
      })
  void whatOnlyOthersHaveIsRefused(String setting, String path, String products)
      throws IOException {
    crm(setting);

    assertThat(problems())
        .containsExactly(
            "sources/crm.json $."
                + path
                + ": got a setting of "
                + products
                + ", expected nothing, because the engine is \"mysql\"");
  }

  @Test
  void aUserWhomNoRuleLetsInIsSaidWhereToBeNamed() throws IOException {
    write("users/anna.json", "{\"password\": \"x\"}");
    write("users/bob.json", "{\"password\": \"x\", \"vdbs\": [\"shop\"]}");
    String auth =
        "\"auth\": [{\"type\": \"host\", \"method\": \"scram-sha-256\", \"users\": [\"anna\"]}]";
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"primary\", " + auth + "}");

    assertThat(problems())
        .containsExactly(
            "users/bob.json $: got the user \"bob\", whom no rule of \"auth\" lets in, expected that"
                + " name or \"all\" among the \"users\" of a rule of \"auth\" in vdbs/shop.json");
  }

  @Test
  void theEngineThatIsNamedIsThatOfTheVirtualDatabase() throws IOException {
    write("vdbs/shop.json", "{\"ports\": [5050], \"source\": \"crm\", \"rules\": [\"main\"]}");
    rule("{\"action\": \"procedure-wrap\"}");

    assertThat(problems())
        .containsExactly(
            "rules/main.json $.rules[0].action: got \"procedure-wrap\", expected it only in lists"
                + " for SQL Server; the VDB \"shop\" has the engine \"mysql\"");
  }

  @Test
  void somebodyHasToCarryOutTheStatements() throws IOException {
    write("sources/crm.json", "{\"url\": \"jdbc:mariadb://m/crm\"}");

    assertThat(problems())
        .containsExactly(
            "sources/crm.json $.user: got nothing, expected the user as whom the node asks servers"
                + " what they are, because the engine is \"mysql\": clients hear that before they"
                + " log in");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:mysql://m/crm?sslMode=REQUIRED | a URL without parameters after \"?\": use the"
            + " setting \"tls.mode\" instead of \"sslMode\"",
        "jdbc:mysql://m/crm?currentSchema=x | a URL without parameters after \"?\"",
        "jdbc:mysql:///crm | a host name or an IP address: jdbc:mysql://host[:port][/database]",
        "jdbc:mysql://m,n/crm | exactly one host: write a data source for each server, or a"
            + " \"kind\" of \"cluster\", such as \"mysql\" for a primary with its replicas",
      })
  void theUrlOfMysqlIsCheckedAsStrictly(String url, String expected) throws IOException {
    write("sources/crm.json", "{\"url\": \"" + url + "\", \"user\": \"app\"}");

    assertThat(problems()).hasSize(1);
    assertThat(problems().get(0)).endsWith(", expected " + expected);
  }
}
