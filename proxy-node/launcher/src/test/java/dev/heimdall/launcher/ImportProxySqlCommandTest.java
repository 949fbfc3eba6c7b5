package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.AuthMethod;
import dev.heimdall.model.BalanceBy;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.TlsMode;
import dev.heimdall.model.VirtualDatabase;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportProxySqlCommandTest extends ImportedFile {
  private static final String HASHED = "*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19";
  private static final String ONE_SERVER =
      "mysql_servers = ( { address=\"10.0.0.1\", port=3306, hostgroup=0 } )\n";
  private static final String PAIR =
      """
      mysql_servers = (
        { hostgroup_id=0, hostname="10.0.0.1", port=3306 },
        { hostgroup_id=1, hostname="10.0.0.2", port=3306 }
      )
      mysql_replication_hostgroups: ( { writer_hostgroup=0, reader_hostgroup=1 } )
      mysql_users: ( { username="app", password="secret" } )
      """;

  ImportProxySqlCommandTest() {
    super("proxysql", "proxysql.cnf");
  }

  private static String rule(String fields) {
    return PAIR + "mysql_query_rules = ( { rule_id=1, " + fields + " } )\n";
  }

  /** Two imports of a file are to be compared. */
  @Test
  void defaultsAreWrittenInTheSameOrderEachTime() throws Exception {
    imported(PAIR);

    assertThat(members("vdbs/hostgroup-0.json", "/pool"))
        .containsExactly("queueTimeout", "maxLifetime");
  }

  @Test
  void writersAndReadersOfHostgroupsAreOneCluster() throws Exception {
    Configuration read =
        imported(
            """
            # comment
            datadir="/var/lib/proxysql" // another
            mysql_variables = {
              interfaces="10.1.1.1:6033;10.1.1.1:6034;/run/proxysql.sock"
              max_connections=500;
              connect_timeout_server=3000
              connect_timeout_server_max=20000
              wait_timeout=0x36EE80L
              have_compress=false
              monitor_username="watch" monitor_password="watching"
            }
            mysql_servers = (
              { address="10.0.0.1", port=3306, hostgroup=30, max_connections=300 },
              { address="10.0.0.2", port=3306, hostgroup=40, weight=5, max_replication_lag=12,
                max_connections=200, use_ssl=1 },
              { address="10.0.0.3", port=3306, hostgroup=40, status="OFFLINE_HARD" }
            )
            mysql_replication_hostgroups = (
              { writer_hostgroup=30, reader_hostgroup=40, comment="main" }
            )
            mysql_users = (
              { username = "ann" password = "it's \\"hers\\"" default_hostgroup = 30
                max_connections=7 },
              { username = "bob", password = "%s", default_hostgroup = 30 },
              { username = "eve", password = "x", default_hostgroup = 30, active = 0 },
              { username = "joe", password = "", default_hostgroup = 30 }
            )
            """
                .formatted(HASHED));

    DataSource source = read.sources().get("hostgroup-30");
    assertThat(source.hosts()).hasToString("[10.0.0.1:3306, 10.0.0.2:3306]");
    assertThat(source.cluster().kind()).isEqualTo(ClusterKind.MYSQL);
    assertThat(source.cluster().probe().discover()).isFalse();
    assertThat(source.cluster().lag().maxTime()).isEqualTo(Duration.ofSeconds(12));
    assertThat(source.cluster().balance().by()).isEqualTo(BalanceBy.WEIGHT);
    assertThat(source.tls().mode()).isEqualTo(TlsMode.REQUIRE);
    assertThat(source.user()).contains("watch");
    assertThat(source.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
    VirtualDatabase vdb = read.vdbs().get("hostgroup-30");
    assertThat(vdb.address()).isEqualTo("10.1.1.1");
    assertThat(vdb.ports()).containsExactly(6033, 6034);
    assertThat(vdb.unixSocket()).contains("/run/proxysql.sock");
    assertThat(vdb.credentials()).isEqualTo(Credentials.PASSTHROUGH);
    assertThat(vdb.pool().size()).isEqualTo(200);
    assertThat(vdb.pool().queueTimeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(vdb.clients().idleTimeout()).isEqualTo(Duration.ofHours(1));
    assertThat(vdb.clients().compression()).isFalse();
    assertThat(vdb.auth())
        .extracting(rule -> rule.users() + " " + rule.method())
        .containsExactly("[ann, bob] PASSWORD");
    assertThat(read.node().maxClients()).isEqualTo(500);
    assertThat(read.users()).containsOnlyKeys("ann", "bob");
    assertThat(read.users().get("ann").password().orElseThrow().value()).isEqualTo("it's \"hers\"");
    assertThat(read.users().get("ann").maxClients()).isEqualTo(7);
    assertThat(read.users().get("ann").vdbs()).containsExactly("hostgroup-30");
    assertThat(read.users().get("bob").verifier().orElseThrow().value()).isEqualTo(HASHED);
    assertThat(out.toString())
        .contains("the server 10.0.0.3:3306: it is offline")
        .contains("user eve: it is not active")
        .contains("user joe: it has no password");
  }

  @Test
  void rulesThatSplitReadsAreRulesHere() throws Exception {
    imported(
        PAIR
            + """
            mysql_query_rules:
            (
              { rule_id=2, active=1, match_digest="^SELECT", destination_hostgroup=1, apply=1 },
              { rule_id=1, match_pattern="^SELECT .* FOR UPDATE$", destination_hostgroup=0, apply=1 }
            )
            """);

    assertThat(rules("hostgroup-0"))
        .containsExactly(
            "[(?i)^SELECT .* FOR UPDATE$] tag stop",
            "[(?i)(?s)^\\s*(?:/\\*(?:[^*!+M](?:[^*]|\\*+[^*/])*)?\\*+/\\s*)*SELECT]"
                + " reader-eligible stop");
  }

  @Test
  void whatARuleDoesBecomesARuleForEachAction() throws Exception {
    Configuration read =
        imported(
            rule(
                """
                username="app", schemaname="shop", client_addr="10.1.%", proxy_port=6033,
                match_pattern="FROM old_(\\\\w+)", re_modifiers="CASELESS,GLOBAL",
                replace_pattern="FROM new_\\\\1", cache_ttl=600000, timeout=100, delay=2,
                retries=3, multiplex=0, log=1, apply=1
                """));

    String match = "[(?i)FROM old_(\\w+), users:app, catalog:shop, ips:10.1.0.0/16, ports:6033] ";
    assertThat(rules("hostgroup-0"))
        .containsExactly(
            match + "cache", match + "transform", match + "retry", match + "pool stop");
    assertThat(directory.resolve("out/rules/hostgroup-0.json"))
        .content()
        .contains("\"target\": \"FROM new_$01\"")
        .contains("\"queryTimeout\": 100")
        .contains("\"delay\": 2000")
        .contains("\"log\": true");
    assertThat(read.vdbs().get("hostgroup-0").cache().enabled()).isTrue();
    assertThat(read.vdbs().get("hostgroup-0").cache().ttl()).isEqualTo(Duration.ofMinutes(10));
    assertThat(out.toString()).contains("1 note;");
  }

  @Test
  void aFlagLeadsToTheRulesBehindThatHaveIt() throws Exception {
    imported(
        PAIR
            + """
            mysql_query_rules = (
              { rule_id=1, flagIN=5, match_pattern="never" , apply=1 },
              { rule_id=2, username="app", flagOUT=5 },
              { rule_id=3, flagIN=5, match_pattern="^DROP", error_msg="no" },
              { rule_id=4, match_pattern="rest", cache_ttl=0 }
            )
            """);

    assertThat(rules("hostgroup-0")).containsExactly("[users:app] call stop", "[(?i)rest] nocache");
    assertThat(rules("hostgroup-0-from-rule-3")).containsExactly("[(?i)^DROP] drop");
  }

  @Test
  void aRuleForWhatDoesNotMatchHasTheRestBehindIt() throws Exception {
    imported(
        PAIR
            + """
            mysql_query_rules = (
              { rule_id=1, match_pattern="^SELECT", negate_match_pattern=1, username="app",
                error_msg="reads only", apply=1 },
              { rule_id=2, destination_hostgroup=1, apply=1 }
            )
            """);

    assertThat(rules("hostgroup-0"))
        .containsExactly("[(?i)^SELECT] call stop", "[users:app] drop stop", "[] call");
    assertThat(rules("hostgroup-0-from-rule-2")).containsExactly("[] reader-eligible stop");
  }

  @Test
  void usersOfOtherHostgroupsHaveAVirtualDatabaseOfTheirOwn() throws Exception {
    Configuration read =
        imported(
            """
            mysql_servers = (
              { address="10.0.0.1", port=3306, hostgroup=0 },
              { address="10.0.0.2", port=3306, hostgroup=7 }
            )
            mysql_users = (
              { username="a", password="x" }, { username="b", password="x" },
              { username="c", password="x", default_hostgroup=7 },
              { username="d", password="x", default_hostgroup=9 }
            )
            mysql_query_rules = ( { rule_id=1, destination_hostgroup=7, username="a" } )
            """);

    assertThat(read.vdbs().get("hostgroup-0").ports()).containsExactly(6033);
    assertThat(read.vdbs().get("hostgroup-0").ruleSources()).containsExactly("hostgroup-7");
    assertThat(read.vdbs().get("hostgroup-7").ports()).containsExactly(6034);
    assertThat(read.users().get("c").vdbs()).containsExactly("hostgroup-7");
    assertThat(rules("hostgroup-0")).containsExactly("[users:a] forward");
    assertThat(out.toString())
        .contains("virtual database hostgroup-7 listens on port 6034")
        .contains("user d: no server is in its hostgroup 9");
  }

  @Test
  void theLastOfEqualRowsCounts() throws Exception {
    Configuration read =
        imported(
            ONE_SERVER
                + """
                mysql_users = (
                  { username="a", password="old" }, { username="a", password="new" },
                  { username="b", password="x" }, { username="b", password="x", active=0 }
                )
                """);

    assertThat(read.users()).containsOnlyKeys("a");
    assertThat(read.users().get("a").password().orElseThrow().value()).isEqualTo("new");
  }

  @Test
  void aUserOfTlsOnlyIsRejectedWithoutIt() throws Exception {
    Configuration read =
        imported(ONE_SERVER + "mysql_users = ( { username=\"a\", password=\"x\", use_ssl=1 } )");

    assertThat(read.vdbs().get("hostgroup-0").auth())
        .extracting(rule -> rule.users() + " " + rule.method())
        .containsExactly("[a] REJECT", "[a] PASSWORD");
  }

  @Test
  void withoutUsersNobodyIsLetIn() throws Exception {
    Configuration read =
        imported(ONE_SERVER + "mysql_users = ( { username=\"all\", password=\"x\" } )");

    assertThat(read.vdbs().get("hostgroup-0").auth())
        .extracting(rule -> rule.users() + " " + rule.method())
        .containsExactly("[all] REJECT");
    assertThat(read.users()).isEmpty();
    assertThat(out.toString())
        .contains("user all: the name stands for every user")
        .contains("there is no user yet, and nobody can log in");
  }

  @Test
  void rowsForServersAreNoClients() throws Exception {
    Configuration read =
        imported(
            ONE_SERVER
                + """
                mysql_users = (
                  { username="a", password="x", backend=0 },
                  { username="a", password="hunter2", frontend=0 },
                  { username="b", password="x", frontend=0 },
                  { username="c", password="x", backend=0 },
                  { username="c", password="x", frontend=0 },
                  { username="d", password="x" }, { username="d", password="x", frontend=0 }
                )
                """);

    assertThat(read.users()).containsOnlyKeys("a", "c");
    assertThat(read.users().get("a").password().orElseThrow().value()).isEqualTo("x");
    assertThat(read.vdbs().get("hostgroup-0").auth().get(0).users()).containsExactly("a", "c");
    String notClient = ": clients cannot log in by it (frontend)";
    assertThat(out.toString().lines())
        .contains("proxysql.cnf:5: not carried over: user b" + notClient)
        .contains("proxysql.cnf:7: not carried over: user c" + notClient)
        .anyMatch(note -> note.startsWith("proxysql.cnf:8: user d stands again below"))
        .anyMatch(note -> note.contains("user a" + notClient + "; its password is not that of"))
        .noneMatch(note -> note.contains("hunter2"));
  }

  @Test
  void tablesOfPostgresAreReadAsWell() throws Exception {
    Configuration read =
        imported(
            """
            pgsql_servers = (
              { hostname="10.0.0.1", port=5432, hostgroup_id=0 },
              { hostname="10.0.0.2", port=5432, hostgroup_id=1 }
            )
            pgsql_replication_hostgroups = ( { writer_hostgroup=0, reader_hostgroup=1 } )
            pgsql_users = ( { username="a", password="x" } )
            pgsql_query_rules = (
              { rule_id=1, match_pattern="^SELECT", destination_hostgroup=1, apply=1 }
            )
            """);

    VirtualDatabase vdb = read.vdbs().get("pgsql-hostgroup-0");
    assertThat(vdb.ports()).containsExactly(6133);
    assertThat(vdb.auth())
        .singleElement()
        .extracting(rule -> rule.method())
        .isEqualTo(AuthMethod.SCRAM_SHA_256);
    assertThat(read.sources().get("pgsql-hostgroup-0").cluster().kind())
        .isEqualTo(ClusterKind.POSTGRES);
    assertThat(rules("pgsql-hostgroup-0")).containsExactly("[(?i)^SELECT] reader-eligible stop");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "digest=\"0x1\", apply=1; rule 1, for its digest",
        "proxy_addr=\"10.0.0.1\", apply=1; rule 1, for its proxy_addr",
        "match_pattern=\"(?=x)\", apply=1; it is no regular expression as RE2 has it",
        "client_addr=\"10.1%\", apply=1; rule 1, for its client_addr",
        "match_pattern=\"x\", mirror_hostgroup=1; statements are not copied",
        "match_pattern=\"x\", destination_hostgroup=9; no server is in that hostgroup",
        "active=0, match_pattern=\"x\"; the rule is not active",
        "match_digest=\"x\", replace_pattern=\"y\"; there is no match_pattern to be replaced",
        "match_pattern=\"x\", OK_msg=\"fine\"; clients get no message with it",
      })
  void whatARuleCannotDoHereIsNamedWithItsLine(String fields, String why) throws Exception {
    imported(rule(fields));

    assertThat(out.toString().lines())
        .anySatisfy(note -> assertThat(note).startsWith("proxysql.cnf:7: ").contains(why));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "digest=\"0x1\", error_msg=\"no\"",
        "proxy_addr=\"10.0.0.1\", flagOUT=2 }, { rule_id=2, flagIN=2, error_msg=\"no\"",
        "match_pattern=\"(?!x)\", error_msg=\"no\"",
      })
  void aRuleThatRejectsAndCannotBeCarriedOverEndsTheCommand(String fields) throws Exception {
    assertThat(run(rule(fields))).isEqualTo(3);
    assertThat(err.toString()).contains("proxysql.cnf:7: rule 1 rejects statements, and its ");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void eachVariableOfTheAdminInterfaceAndTheMonitorIsNamed() throws Exception {
    imported(
        """
        admin_variables = { admin_credentials="admin:hunter2" read_only=true web_enabled=true }
        mysql_variables = { tcp_keepalive_time=120 }
        mysql_servers = ( { address="10.0.0.1", port=3306, hostgroup=0 } )
        mysql_replication_hostgroups = (
          { writer_hostgroup=0, reader_hostgroup=1, check_type="super_read_only" }
        )
        mysql_users = ( { username="a", password="b" } )
        """);

    assertThat(out.toString())
        .contains("proxysql.cnf:1: not carried over: admin_credentials = …: the console is for")
        .contains("not carried over: read_only = true: the console changes no configuration")
        .contains("not carried over: web_enabled = true: the manager has pages")
        .contains("proxysql.cnf:2: tcp_keepalive_time = 120: for server connections")
        .contains("not carried over: check_type = super_read_only: servers are asked for")
        .contains(
            "nodes probe servers as the user monitor (ProxySQL's own: there is no monitor_username"
                + " in mysql_variables), whose password is in each data source (ProxySQL's own:"
                + " there is no monitor_password in mysql_variables)");
  }

  @Test
  void noFieldOfAServerAndNoSectionVanishes() throws Exception {
    imported(
        """
        global_variables = { monitor_username="m" }
        mysql_servers = (
          { address="10.0.0.1", port=3306, hostgroup=0, comment="first", read_only=1, zone="b" }
        )
        mysql_users = ( { username="a", password="b" } )
        """);

    assertThat(out.toString())
        .contains(
            "not carried over: global_variables: a file has these settings in mysql_variables")
        .contains("not carried over: read_only = 1: a data source has no such setting of a server")
        .contains("not carried over: zone = b: a data source has no such setting of a server")
        .doesNotContain("comment =");
  }

  @Test
  void secretsAreNotShown() throws Exception {
    imported(
        """
        admin_variables = { admin_credentials="admin:hunter2" stats_credentials="s:hunter2" }
        mysql_variables = { monitor_password="hunter2" init_connect="SET @x='hunter2'" }
        mysql_servers = ( { address="10.0.0.1", port=3306, hostgroup=0 } )
        mysql_users = (
          { username="a", password="hunter2", attributes="{\\"password\\":\\"hunter2\\"}" },
          { username="b", password="hunter2", active=0 }
        )
        mysql_query_rules = ( { rule_id=1, match_pattern="(?=hunter2)", apply=1 } )
        """);

    assertThat(out.toString()).contains("init_connect").doesNotContain("hunter2");
    assertThat(directory.resolve("out/users")).isDirectoryNotContaining("glob:**/admin.json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mysql_servers = ( { address=\"a\" hostgroup=0",
        "mysql_servers = ( { address=\"a hostgroup=0 } )",
        "mysql_servers ( )",
        "mysql_servers = ( 1 )",
        "mysql_servers = ( { hostgroup=0 } )",
        "mysql_servers = ( { address=\"a\", hostgroup=x } )",
        "/* ",
        "a=1 a=2",
        "x = @",
      })
  void aFileThatCannotBeReadEndsTheCommandWithTheLine(String text) throws Exception {
    assertThat(run("\n" + text + "\n")).isEqualTo(3);
    assertThat(err.toString()).containsPattern("proxysql\\.cnf:[23]: ");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void valuesThatNestWithoutEndAreRejected() throws Exception {
    assertThat(run("x = " + "(".repeat(100_000))).isEqualTo(3);
    assertThat(err.toString()).contains("values at most 32 deep");
  }

  @Test
  void aFileWithoutServersSaysWhereTheyAre() throws Exception {
    assertThat(run("mysql_servers = ( )\nmysql_users: ( )\n")).isEqualTo(3);
    assertThat(err.toString()).contains("SELECT CONFIG INTO OUTFILE");
  }

  @Test
  void otherFilesAreIncluded() throws Exception {
    Files.writeString(directory.resolve("servers.cnf"), ONE_SERVER);
    Configuration read =
        imported("@include \"servers.cnf\"\nmysql_users: ( { username=\"a\", password=\"x\" } )");

    assertThat(read.vdbs()).containsOnlyKeys("hostgroup-0");
  }
}
