package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.ClientTlsMode;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.Consistency;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ReadSplit;
import dev.heimdall.model.TlsMode;
import dev.heimdall.model.VirtualDatabase;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportMaxScaleCommandTest extends ImportedFile {
  private static final String SERVERS =
      """
      [server1]
      type=server
      address=10.0.0.1
      port=3306

      [server2]
      type=server
      address=10.0.0.2

      [Monitor]
      type=monitor
      module=mariadbmon
      servers=server1,
        server2
      user=watching
      password=watched

      """;
  private static final String SERVICE =
      """
      [Split]
      type=service
      router=readwritesplit
      cluster=Monitor
      user=serving
      password=served
      %s

      [Split-Listener]
      type=listener
      service=Split
      protocol=MariaDBClient
      port=4006
      """;

  ImportMaxScaleCommandTest() {
    super("maxscale", "maxscale.cnf");
  }

  private static String service(String settings) {
    return SERVERS + SERVICE.formatted(settings);
  }

  @Test
  void aServiceThatSplitsReadsIsAVirtualDatabaseWithReadsOnReplicas() throws Exception {
    Configuration read =
        imported(
            service(
                """
                transaction_replay=true
                transaction_replay_timeout=20s
                causal-reads=global
                max_connections=100
                connection_timeout=600
                max_slave_replication_lag=12s
                delayed_retry_timeout=500ms
                """));

    DataSource source = read.sources().get("split");
    assertThat(source.hosts()).hasToString("[10.0.0.1:3306, 10.0.0.2:3306]");
    assertThat(source.user()).contains("watching");
    assertThat(source.cluster().kind()).isEqualTo(ClusterKind.MYSQL);
    assertThat(source.cluster().reads()).isEqualTo(ReadSplit.ALL);
    assertThat(source.cluster().consistency()).isEqualTo(Consistency.STRICT);
    assertThat(source.cluster().probe().discover()).isFalse();
    assertThat(source.cluster().lag().maxTime()).isEqualTo(Duration.ofSeconds(12));
    assertThat(source.cluster().failover().queueTimeout()).isEqualTo(Duration.ofMillis(500));
    VirtualDatabase vdb = read.vdbs().get("split");
    assertThat(vdb.ports()).containsExactly(4006);
    assertThat(vdb.credentials()).isEqualTo(Credentials.PASSTHROUGH);
    assertThat(vdb.transactionReplay().enabled()).isTrue();
    assertThat(vdb.transactionReplay().maxTime()).isEqualTo(Duration.ofSeconds(20));
    assertThat(vdb.clients().max()).isEqualTo(100);
    assertThat(vdb.clients().idleTimeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(read.users()).isEmpty();
  }

  @Test
  void whoServesMaxScaleItselfAndRootAreRejected() throws Exception {
    Configuration read = imported(service(""));

    assertThat(read.vdbs().get("split").auth())
        .extracting(rule -> rule.users() + " " + rule.method())
        .containsExactly("[root, serving, watching] REJECT", "[all] PASSWORD");
  }

  @Test
  void rootIsLetInWhereItWas() throws Exception {
    Configuration read = imported(service("enable_root_user=true"));

    assertThat(read.vdbs().get("split").auth().get(0).users())
        .containsExactly("serving", "watching");
  }

  @Test
  void aServiceForTheUsersOfAFileAloneEndsTheCommand() throws Exception {
    assertThat(run(service("user_accounts_file=u.json\nuser_accounts_file_usage=file_only_always")))
        .isEqualTo(3);
    assertThat(err.toString())
        .contains("maxscale.cnf:25: only the users of user_accounts_file may log in");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void connectionsToTheWriterReadThereAndOthersOnReplicas() throws Exception {
    Configuration read =
        imported(
            SERVERS
                + """
                [ro]
                type=service
                router=readconnroute
                servers=server1,server2
                router_options=slave
                [rw]
                type=service
                router=readconnroute
                servers=server1,server2
                router_options=master
                [ro-listener]
                type=listener
                service=ro
                port=4008
                [rw-listener]
                type=listener
                service=rw
                port=4009
                """);

    assertThat(read.sources().get("ro").cluster().reads()).isEqualTo(ReadSplit.ALL);
    assertThat(read.sources().get("rw").cluster().reads()).isEqualTo(ReadSplit.NONE);
    assertThat(out.toString())
        .contains("router_options = slave: statements that only read go to replicas")
        .doesNotContain("router_options = master");
  }

  @Test
  void tlsOfBothSidesIsCarriedOver() throws Exception {
    for (String file : List.of("ca.crt", "own.crt", "own.key")) {
      Files.writeString(directory.resolve(file), "");
    }
    Configuration read =
        imported(
            SERVERS.replace(
                    "port=3306", "ssl=true\nssl_ca_cert=ca.crt\nssl_verify_peer_certificate=true")
                + SERVICE.formatted("")
                + "ssl=required\nssl_cert=own.crt\nssl_key=own.key\nssl_ca=ca.crt\n"
                + "ssl_verify_peer_certificate=true\n");

    assertThat(read.sources().get("split").tls().mode()).isEqualTo(TlsMode.VERIFY_CA);
    assertThat(read.vdbs().get("split").tls().mode()).isEqualTo(ClientTlsMode.REQUIRE);
    assertThat(read.vdbs().get("split").tls().clientCaFile()).contains(directory.resolve("ca.crt"));
  }

  @Test
  void filtersAreRulesInTheOrderOfTheService() throws Exception {
    Configuration read =
        imported(
            service("filters=old names | kept | seen | hints")
                + """

                [old names]
                type=filter
                module=regexfilter
                match=FROM old_(\\w+)
                replace=FROM new_$1
                user=app
                source=10.1.2.3
                [kept]
                type=filter
                module=cache
                hard_ttl=400s
                max_size=100Mi
                [seen]
                type=filter
                module=qlafilter
                match=/accounts/
                [hints]
                type=filter
                module=hintfilter
                """);

    assertThat(rules("split"))
        .containsExactly(
            "[(?i)FROM old_(\\w+), users:app, ips:10.1.2.3] transform",
            "[] cache",
            "[(?:)accounts] log");
    assertThat(read.vdbs().get("split").cache().enabled()).isTrue();
    assertThat(read.vdbs().get("split").cache().ttl()).isEqualTo(Duration.ofSeconds(400));
    assertThat(read.vdbs().get("split").cache().maxSize()).isEqualTo(100L << 20);
    assertThat(out.toString()).contains("filter hints: comments in statements do not choose");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dbfwfilter", "masking", "maxrows"})
  void aFilterThatKeepsSomethingFromClientsEndsTheCommand(String module) throws Exception {
    assertThat(run(service("filters=wall") + "\n[wall]\ntype=filter\nmodule=" + module + "\n"))
        .isEqualTo(3);
    assertThat(err.toString()).contains("filter wall keeps something from clients");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "weightby=serv_weight, `cluster.balance` chooses one for each read",
    "version_string=5.5, clients see the version of the server",
    "auth_all_servers=true, the server decides on log-ins",
    "wait_timeout=soon, the value is no number",
    "transaction_replay_max_size=99999999999T, the value is no number",
    "no_such=1, no setting of MaxScale's that is known here",
    "transaction_replay_attempts=3, rules of a transaction",
  })
  void whatHasNoCounterpartIsNamedWithItsLineAndWhy(String setting, String why) throws Exception {
    imported(service(setting));

    assertThat(out.toString().lines())
        .anySatisfy(note -> assertThat(note).startsWith("maxscale.cnf:24: ").contains(why));
  }

  @Test
  void settingsOfServersThatAreNotKnownAreNamed() throws Exception {
    imported(
        SERVERS.replace("port=3306", "port=3306\npersistpoolmax=9\nno_such=1")
            + SERVICE.formatted(""));

    assertThat(out.toString().lines().filter(line -> line.contains("not carried over")))
        .containsExactly(
            "maxscale.cnf:5: not carried over: persistpoolmax = 9: `pool.size` is how many"
                + " connections a pool may have",
            "maxscale.cnf:6: not carried over: no_such = 1: no setting of MaxScale's that is known"
                + " here");
  }

  @Test
  void namesThatDifferInCaseAreTwo() throws Exception {
    Configuration read =
        imported(
            service("")
                + """

                [split]
                type=service
                router=readwritesplit
                servers=Server1
                user=other
                password=other

                [split-listener]
                type=listener
                service=split
                port=4007

                [Server1]
                type=server
                address=10.0.0.9
                """);

    assertThat(read.vdbs()).containsOnlyKeys("split", "split-2");
    assertThat(read.vdbs().get("split").ports()).containsExactly(4006);
    assertThat(read.vdbs().get("split-2").ports()).containsExactly(4007);
    assertThat(read.sources().get("split-2").url().toString()).contains("10.0.0.9");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "max_slave_connections=2 | `cluster.balance` chooses one for each read",
        "lazy_connect=true | taken from the pool when a statement needs one",
        "retry_failed_reads=true | sent to another server in any case",
        "optimistic_trx=true | a transaction runs on the writer, unless it is READ ONLY"
      })
  void eachSettingOfAServiceHasItsOwnReason(String setting, String why) throws Exception {
    imported(service(setting));

    assertThat(out.toString().lines())
        .anySatisfy(
            note ->
                assertThat(note)
                    .contains("not carried over: " + setting.replace("=", " = "))
                    .contains(why));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "enforce_read_only_slaves=true | nodes change no server's `read_only`: set it on all replicas",
        "auto_failover=true | nodes follow the servers' roles and change none",
        "backend_connect_timeout=3s | servers are probed as `cluster.probe` says",
        "detect_standalone_master=true | a server's own word decides whether it is the writer",
        "no_such=1 | no setting of MaxScale's that is known here"
      })
  void eachSettingOfAMonitorHasItsOwnReason(String setting, String why) throws Exception {
    imported(service("").replace("module=mariadbmon", "module=mariadbmon\n" + setting));

    assertThat(out.toString().lines())
        .anySatisfy(
            note ->
                assertThat(note)
                    .contains("not carried over: " + setting.replace("=", " = "))
                    .contains(why));
  }

  @Test
  void servicesThatAreNoRoutersOfStatementsAreNamed() throws Exception {
    imported(service("") + "\n[logs]\ntype=service\nrouter=binlogrouter\n[more]\ntype=thing\n");

    assertThat(out.toString())
        .contains("not carried over: service logs: router = binlogrouter")
        .contains("not carried over: [more]: no known type");
  }

  @Test
  void secretsAreNotShownAndEncryptedOnesNotWritten() throws Exception {
    String encrypted = "0123456789ABCDEF0123456789ABCDEF0123";
    imported(
        service("").replace("watched", encrypted).replace("served", "hunter2")
            + "\n[maxscale]\nadmin_password=hunter2\n");

    assertThat(out.toString())
        .contains("it is encrypted (maxpasswd)")
        .doesNotContain("hunter2")
        .doesNotContain(encrypted);
    assertThat(directory.resolve("out/sources/split.json")).content().doesNotContain(encrypted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[x]\nnothing\n",
        "[a]\ntype=service\nrouter=readwritesplit\nservers=none\n[l]\ntype=listener\nservice=a\nport=1\n",
        "[a]\ntype=service\nrouter=readwritesplit\n[l]\ntype=listener\nservice=a\nport=1\n",
        "[a]\ntype=service\ntype=service\n",
      })
  void aLineThatCannotBeReadEndsTheCommand(String text) throws Exception {
    assertThat(run(text)).isEqualTo(3);
    assertThat(err.toString()).containsPattern("maxscale\\.cnf:[0-9]+: ");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void aFileWithoutAServiceSaysSo() throws Exception {
    assertThat(run(SERVERS)).isEqualTo(3);
    assertThat(err.toString()).contains("has no service with the router readwritesplit");
  }

  @Test
  void filesOfTheFolderBesideItAreRead() throws Exception {
    Files.createDirectory(directory.resolve("maxscale.cnf.d"));
    Files.writeString(
        directory.resolve("maxscale.cnf.d/split.cnf"), SERVICE.formatted("max_connections=7"));

    assertThat(imported(SERVERS).vdbs().get("split").clients().max()).isEqualTo(7);
  }
}
