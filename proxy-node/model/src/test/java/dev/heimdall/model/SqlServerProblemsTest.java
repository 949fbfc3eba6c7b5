package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configurations for SQL Server: all that is not supported there is refused by its name. */
class SqlServerProblemsTest {
  private static final String TLS =
      "\"tls\": {\"certificateFile\": \"tls/a.pem\", \"keyFile\": \"tls/a.key\"}";

  @TempDir Path dir;

  @BeforeEach
  void rightConfiguration() throws IOException {
    source("");
    rule("{\"action\": \"log\"}");
  }

  private void write(String file, String text) throws IOException {
    FullConfiguration.write(dir, file, text);
  }

  private void source(String more) throws IOException {
    write(
        "sources/main.json",
        "{\"url\": \"jdbc:sqlserver://db;databaseName=shop\", \"user\": \"app\", \"password\":"
            + " \"p\""
            + more
            + "}");
  }

  private void vdb(String more) throws IOException {
    files();
    write(
        "vdbs/shop.json",
        "{\"ports\": [1433], \"source\": \"main\", \"rules\": [\"main\"], " + TLS + more + "}");
  }

  private void files() throws IOException {
    for (String file : List.of("tls/a.pem", "tls/a.key")) {
      write(file, "PEM");
    }
  }

  private void rule(String rule) throws IOException {
    write("rules/main.json", "{\"rules\": [" + rule + "]}");
  }

  private List<String> problems() {
    return Problems.withoutPlaces(() -> ConfigurationReader.read(dir));
  }

  @Test
  void clientsSendTheirPasswordsOverTls() throws Exception {
    vdb("");

    assertThat(problems()).isEmpty();

    Configuration read = ConfigurationReader.read(dir);
    DataSource source = read.sources().get("main");
    assertThat(source.engine()).isEqualTo(Engine.SQLSERVER);
    assertThat(source.hosts()).containsExactly(new ServerAddress("db", 1433));
    assertThat(source.database()).contains("shop");
    VirtualDatabase vdb = read.vdbs().get("shop");
    assertThat(vdb.auth())
        .extracting(AuthRule::type, AuthRule::method)
        .containsExactly(tuple(ConnectionType.HOSTSSL, AuthMethod.PASSWORD));
    assertThat(vdb.delayedTransaction()).isFalse();
  }

  @Test
  void serversMayWantTlsFirst() throws Exception {
    vdb("");
    source(", \"tls\": {\"mode\": \"require\", \"direct\": true}");

    assertThat(problems()).isEmpty();
    assertThat(ConfigurationReader.read(dir).sources().get("main").tls().direct()).isTrue();
  }

  @Test
  void theEngineMayBeNamed() throws IOException {
    vdb("");
    source(", \"engine\": \"sqlserver\"");

    assertThat(problems()).isEmpty();
  }

  @Test
  void withoutACertificateNoClientCouldLogIn() throws IOException {
    write("vdbs/shop.json", "{\"ports\": [1433], \"source\": \"main\"}");

    assertThat(problems())
        .containsExactly(
            "vdbs/shop.json $.tls.certificateFile: got nothing, expected a certificate (or"
                + " \"certificate\", or \"selfSigned\"), because the engine is \"sqlserver\": its"
                + " clients send their passwords, which need TLS unless \"auth\" says otherwise");
  }

  @Test
  void oneCertificateIsEnough() throws IOException {
    write(
        "vdbs/shop.json",
        "{\"ports\": [1433], \"source\": \"main\", \"tls\": {\"selfSigned\": true,"
            + " \"certificate\": \"PEM\"}}");

    assertThat(problems())
        .containsExactly(
            "vdbs/shop.json $.tls.selfSigned: got true, expected false, because there is a"
                + " certificate of yours");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"selfSigned\": true", "\"certificate\": \"PEM\""})
  void aCertificateNeedsNoFiles(String tls) throws IOException {
    write("vdbs/shop.json", "{\"ports\": [1433], \"source\": \"main\", \"tls\": {" + tls + "}}");

    assertThat(problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"pipelining\": {\"enabled\": true} | pipelining.enabled: got true, expected false,"
            + " because the engine is \"sqlserver\": its clients share no server connection at a"
            + " time yet",
        "\"authQuery\": {\"enabled\": true} | authQuery.enabled: got true, expected false, because"
            + " the engine is \"sqlserver\": the query is one of PostgreSQL's catalogue",
        "\"auth\": [{\"method\": \"scram-sha-256\"}] | auth[0].method: got \"scram-sha-256\","
            + " expected one of \"password\", \"ldap\", \"trust\", \"reject\", because the engine"
            + " is \"sqlserver\"",
        "\"databases\": {\"a\": \"b\"} | databases.a: got \"b\", expected \"a\", because the engine"
            + " is \"sqlserver\": statements name databases as the server does",
      })
  void settingThatIsNotSupportedIsRefused(String setting, String problem) throws IOException {
    vdb(", " + setting);

    assertThat(problems()).containsExactly("vdbs/shop.json $." + problem);
  }

  @Test
  void clientCertificatesAreRefused() throws IOException {
    files();
    write("tls/ca.pem", "PEM");
    write(
        "vdbs/shop.json",
        "{\"ports\": [1433], \"source\": \"main\", \"tls\": {\"certificateFile\": \"tls/a.pem\","
            + " \"keyFile\": \"tls/a.key\", \"clientCaFile\": \"tls/ca.pem\","
            + " \"clientCertificate\": \"require\"}}");

    assertThat(problems())
        .containsExactly(
            "vdbs/shop.json $.tls.clientCertificate: got \"require\", expected \"none\", because"
                + " the engine is \"sqlserver\": its clients are asked for none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"procedure-wrap\"",
        "\"extract-plan\"",
        "\"extract-plan\", \"parameters\": {\"checkTableMismatch\": true}"
      })
  void actionsOfItsOwnAreAccepted(String action) throws IOException {
    vdb("");
    rule("{\"action\": " + action + "}");

    assertThat(problems()).isEmpty();
  }

  @Test
  void statementsOfOthersMayBeForwardedThere() throws IOException {
    vdb("");
    write("sources/other.json", "{\"url\": \"jdbc:postgresql://db\"}");
    write(
        "vdbs/other.json",
        "{\"ports\": [5432], \"source\": \"other\", \"ruleSources\": [\"main\"], \"rules\":"
            + " [\"there\"]}");
    write(
        "rules/there.json",
        "{\"rules\": [{\"action\": \"forward\", \"parameters\": {\"source\": \"main\"}}]}");

    assertThat(problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"cluster\": {\"kind\": \"aurora\", \"hostPattern\": \"?.x\"} | cluster.kind: got \"aurora\","
            + " expected one of \"none\", \"sqlserver\", \"availability-group\", \"rds\", because the"
            + " engine is \"sqlserver\"",
        "\"tls\": {\"direct\": true} | tls.direct: got true with the mode \"prefer\", expected the"
            + " mode \"require\", \"verify-ca\" or \"verify-full\", as direct TLS has no way back",
        "\"parameters\": {\"language\": \"german\"} | parameters: got a setting of PostgreSQL,"
            + " MySQL and MariaDB, expected nothing, because the engine is \"sqlserver\"",
      })
  void settingOfItsSourceThatMeansNothingIsRefused(String setting, String problem)
      throws IOException {
    vdb("");
    source(", " + setting);

    assertThat(problems()).containsExactly("sources/main.json $." + problem);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sqlserver", "availability-group", "rds"})
  void clusterNamesItsServersInUrl(String kind) throws Exception {
    vdb("");
    write(
        "sources/main.json",
        "{\"url\": \"jdbc:sqlserver://a,b:1434;databaseName=shop\", \"user\": \"app\","
            + " \"password\": \"p\", \"cluster\": {\"kind\": \""
            + kind
            + "\"}}");

    assertThat(problems()).isEmpty();
    assertThat(ConfigurationReader.read(dir).sources().get("main").hosts())
        .containsExactly(new ServerAddress("a", 1433), new ServerAddress("b", 1434));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:sqlserver://a,b;databaseName=x | exactly one host: write a data source for each"
            + " server, or a \"kind\" of \"cluster\", such as \"availability-group\" for a primary"
            + " with its replicas",
        "jdbc:sqlserver://a;encrypt=true | no property but one database name behind the host:"
            + " jdbc:sqlserver://host[:port][;databaseName=database]; use the setting \"tls.mode\""
            + " instead of \"encrypt\"",
        "jdbc:sqlserver://a;databaseName=x;applicationIntent=ReadOnly | no property but one"
            + " database name behind the host:"
            + " jdbc:sqlserver://host[:port][;databaseName=database]",
        "jdbc:sqlserver://a/x | a host name or an IP address:"
            + " jdbc:sqlserver://host[:port][;databaseName=database]",
      })
  void urlOfSqlServerIsChecked(String url, String expected) throws IOException {
    vdb("");
    write(
        "sources/main.json", "{\"url\": \"" + url + "\", \"user\": \"app\", \"password\": \"p\"}");

    assertThat(problems()).hasSize(1);
    assertThat(problems().get(0)).endsWith(", expected " + expected);
  }
}
