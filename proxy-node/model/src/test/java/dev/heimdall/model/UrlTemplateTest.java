package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTemplateTest {
  private static final ServerAddress W = new ServerAddress("w", 5432);
  private static final ServerAddress R1 = new ServerAddress("r1", 5432);
  private static final ServerAddress R2 = new ServerAddress("r2", 5432);
  private static final ServerAddress RO = new ServerAddress("ro", 5432);
  private static final ServerAddress L = new ServerAddress("l", 1433);
  private static final ClusterMembers CLUSTER =
      new ClusterMembers(List.of(L), List.of(W), List.of(R1, R2), Optional.of(W), Optional.of(RO));

  private static List<NodeEntry> writers(String template) {
    assertThat(UrlTemplate.problem(template, UrlTemplate.Use.WRITER)).isEmpty();
    return UrlTemplate.parse(template, UrlTemplate.Use.WRITER).entries(CLUSTER);
  }

  private static List<NodeEntry> readers(String template) {
    assertThat(UrlTemplate.problem(template, UrlTemplate.Use.READER)).isEmpty();
    return UrlTemplate.parse(template, UrlTemplate.Use.READER).entries(CLUSTER);
  }

  private static NodeEntry entry(
      int weight, TargetServerType target, boolean spread, ServerAddress... hosts) {
    return new NodeEntry(List.of(hosts), weight, target, spread);
  }

  @Test
  void aPluralIsOneListWithWritersFirst() {
    assertThat(writers("jdbc:postgresql://${readers}/${database}?targetServerType=primary"))
        .containsExactly(entry(10, TargetServerType.PRIMARY, false, W, R1, R2));
    assertThat(writers("jdbc:postgresql://${writers}"))
        .containsExactly(entry(10, TargetServerType.ANY, false, W));
    assertThat(
            readers(
                "jdbc:postgresql://${readers}/${catalog}?targetServerType=preferSlave&loadBalanceHosts=true"))
        .containsExactly(entry(10, TargetServerType.PREFER_SECONDARY, true, W, R1, R2));
  }

  @Test
  void aSingularIsAnEntryForEachServerAndAWriterWeighsLessAsReader() {
    assertThat(writers("jdbc:postgresql://${writer}/"))
        .containsExactly(entry(10, TargetServerType.ANY, false, W));
    assertThat(readers("jdbc:postgresql://${reader}/${database}"))
        .containsExactly(
            entry(1, TargetServerType.ANY, false, W),
            entry(10, TargetServerType.ANY, false, R1),
            entry(10, TargetServerType.ANY, false, R2));
  }

  @Test
  void hostsKeepTheirPlacesBesideVariables() {
    assertThat(readers("jdbc:postgresql://spare:5433,${reader},${readEndpoint}"))
        .element(1)
        .isEqualTo(
            entry(10, TargetServerType.ANY, false, new ServerAddress("spare", 5433), R1, RO));
    assertThat(writers("jdbc:postgresql://${writeEndpoint},spare:5433"))
        .containsExactly(
            entry(10, TargetServerType.ANY, false, W, new ServerAddress("spare", 5433)));
  }

  @Test
  void aVariableThatStandsForNothingMakesNoEntry() {
    ClusterMembers nobody =
        new ClusterMembers(List.of(), List.of(), List.of(), Optional.empty(), Optional.empty());
    for (String template : List.of("${reader}", "${readers}", "${readEndpoint}")) {
      assertThat(
              UrlTemplate.parse("jdbc:postgresql://" + template, UrlTemplate.Use.READER)
                  .entries(nobody))
          .isEmpty();
    }
  }

  @Test
  void mysqlNamesItsOrderBeforeTheSlashes() {
    assertThat(readers("jdbc:mysql:loadbalance://${readers}/${database}"))
        .containsExactly(entry(10, TargetServerType.ANY, true, W, R1, R2));
    assertThat(writers("jdbc:mysql:replication://${readers}"))
        .containsExactly(entry(10, TargetServerType.PRIMARY, false, W, R1, R2));
    assertThat(readers("jdbc:mariadb:sequential://${readers}"))
        .containsExactly(entry(10, TargetServerType.ANY, false, W, R1, R2));
  }

  @Test
  void aReplicationUrlOfOneServerNamesItTwice() {
    assertThat(writers("jdbc:mysql:replication://${writer}"))
        .containsExactly(entry(10, TargetServerType.PRIMARY, false, W, W));
  }

  @Test
  void sqlServerHasAListenerAndAnIntent() {
    assertThat(writers("jdbc:sqlserver://${listener};databaseName=${database};"))
        .containsExactly(entry(10, TargetServerType.ANY, false, L));
    assertThat(readers("jdbc:sqlserver://${reader};applicationIntent=ReadOnly"))
        .element(1)
        .isEqualTo(entry(10, TargetServerType.PREFER_SECONDARY, false, R1));
  }

  @Test
  void theBuiltInTemplatesAreRight() {
    assertThat(Driver.builtIn().values())
        .hasSize(3)
        .allSatisfy(
            driver -> {
              assertThat(UrlTemplate.problem(driver.writerUrl(), UrlTemplate.Use.WRITER)).isEmpty();
              assertThat(UrlTemplate.problem(driver.readerUrl(), UrlTemplate.Use.READER)).isEmpty();
              assertThat(driver.writers(CLUSTER)).isNotEmpty();
              assertThat(driver.readers(CLUSTER)).isNotEmpty();
            });
  }

  @Test
  void eachEngineHasADefault() {
    Driver postgres = Driver.builtIn().get("postgresql");
    assertThat(postgres.writers(CLUSTER))
        .containsExactly(entry(10, TargetServerType.PRIMARY, false, W, R1, R2));
    assertThat(postgres.readers(CLUSTER))
        .containsExactly(entry(10, TargetServerType.PREFER_SECONDARY, true, W, R1, R2));
    Driver mysql = Driver.builtIn().get("mysql");
    assertThat(mysql.writers(CLUSTER)).containsExactly(entry(10, TargetServerType.ANY, false, W));
    assertThat(mysql.readers(CLUSTER))
        .containsExactly(
            entry(1, TargetServerType.ANY, false, W),
            entry(10, TargetServerType.ANY, false, R1),
            entry(10, TargetServerType.ANY, false, R2));
    Driver sqlServer = Driver.builtIn().get("sqlserver");
    assertThat(sqlServer.writers(CLUSTER))
        .containsExactly(entry(10, TargetServerType.ANY, false, W));
    assertThat(sqlServer.readers(CLUSTER)).extracting(NodeEntry::weight).containsExactly(1, 10, 10);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          ${writer},         true,  false
          ${writers},        true,  false
          ${writeEndpoint},  true,  false
          ${reader},         false, true
          ${readers},        true,  true
          ${readEndpoint},   false, true
          ${listener},       true,  false
          """)
  void aVariableFitsTheUrlThatItIsFor(String variable, boolean writes, boolean reads) {
    String scheme = variable.contains("listener") ? "jdbc:sqlserver://" : "jdbc:postgresql://";
    assertThat(UrlTemplate.problem(scheme + variable, UrlTemplate.Use.WRITER).isEmpty())
        .isEqualTo(writes);
    assertThat(UrlTemplate.problem(scheme + variable, UrlTemplate.Use.READER).isEmpty())
        .isEqualTo(reads);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:oracle:thin:@db | a URL that begins with jdbc:postgresql://, jdbc:mysql:// or jdbc:sqlserver://, such as \"jdbc:postgresql://${readers}/${database}?targetServerType=primary\"",
        "jdbc:postgresql:// | a host name or an IP address: or one of ${writer}, ${writers}, ${readers}, ${writeEndpoint}",
        "jdbc:postgresql://${writer},${listener} | ${listener} only for SQL Server, which alone has such an address",
        "jdbc:postgresql://${writer},${writer} | one variable that makes an entry for each server, not 2",
        "jdbc:postgresql://${writer}/shop | ${database} in place of the database, which follows from the client and the VDB",
        "jdbc:postgresql://${writer}?targetServerType=leader | \"targetServerType\" as one of any, primary, secondary, preferPrimary, preferSecondary",
        "jdbc:postgresql://${writer}?loadBalanceHosts=yes | \"loadBalanceHosts\" as true or false",
        "jdbc:postgresql://${writer}?targetServertype=any | no parameters but targetServerType and loadBalanceHosts: \"targetServerType\" is near",
        "jdbc:postgresql://${writer}?ssl=true | no parameters but targetServerType and loadBalanceHosts: use the setting \"tls.mode\" instead of \"ssl\" of the data source",
        "jdbc:mysql:rr://${writer} | jdbc:mysql:// or, before the slashes, one of failover:, loadbalance:, replication:, sequential:",
        "jdbc:mysql://${writer}?x=y | no parameters",
        "jdbc:sqlserver://${writers} | a variable for one server, as a URL of SQL Server has no list of hosts: ${writer}",
        "jdbc:sqlserver://a,b | one host: a URL of SQL Server has no list of them",
        "jdbc:sqlserver://a;databaseName=shop | ${database} in place of the database, which follows from the client and the VDB",
        "jdbc:sqlserver://a;applicationIntent=Read | \"applicationIntent\" as ReadOnly or ReadWrite",
        "jdbc:sqlserver://a;encrypt=true | no properties but databaseName and applicationIntent",
      })
  void whatIsWrongIsSaid(String template, String expected) {
    assertThat(UrlTemplate.problem(template, UrlTemplate.Use.WRITER)).contains(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://u:hunter2@${writer}",
        "jdbc:postgresql://${writer}?password=hunter2",
        "jdbc:sqlserver://a;password=hunter2",
        "jdbc:oracle:thin:me/hunter2@db?x",
      })
  void whatMayBeSecretIsNotShown(String template) {
    assertThat(UrlTemplate.shown(template)).contains("***").doesNotContain("hunter2");
  }
}
