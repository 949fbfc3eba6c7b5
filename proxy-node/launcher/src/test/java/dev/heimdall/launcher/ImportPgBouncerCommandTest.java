package dev.heimdall.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.AuthMethod;
import dev.heimdall.model.AuthQuerySettings;
import dev.heimdall.model.AuthRule;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.ClientCertificate;
import dev.heimdall.model.ClientTlsMode;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.LdapSettings;
import dev.heimdall.model.Secret;
import dev.heimdall.model.TlsMode;
import dev.heimdall.model.VirtualDatabase;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportPgBouncerCommandTest extends ImportedFile {
  private static final String MD5 = "md53175bce1d3201d16594cebf9d7eb3f9d";

  ImportPgBouncerCommandTest() {
    super("pgbouncer", "pgbouncer.ini");
  }

  private Configuration imported(String databases, String settings) throws Exception {
    return imported("[databases]\n" + databases + "\n[pgbouncer]\n" + settings);
  }

  private List<String> notes() {
    return out.toString()
        .lines()
        .filter(line -> line.contains(":"))
        .filter(line -> !line.startsWith("wrote "))
        .toList();
  }

  @Test
  void timesOfTheKernelAreThoseOfServerConnectionsAndNamed() throws Exception {
    Configuration read =
        imported(
            """
            [databases]
            shop = host=10.0.0.1
            [pgbouncer]
            auth_type = any
            tcp_keepidle = 120
            tcp_user_timeout = 12500
            """);

    assertThat(read.sources().values())
        .allSatisfy(
            source -> {
              assertThat(source.keepAliveIdle()).isEqualTo(Duration.ofMinutes(2));
              assertThat(source.tcpUserTimeout()).isEqualTo(Duration.ofMillis(12_500));
            });
    assertThat(notes())
        .contains(
            "pgbouncer.ini:5: tcp_keepidle = 120: for server connections; clients' are as the"
                + " system has it",
            "pgbouncer.ini:6: tcp_user_timeout = 12500: for server connections; clients' are as"
                + " the system has it");
  }

  @Test
  void aPoolForManyDatabasesOfOneServerIsOneVirtualDatabase() throws Exception {
    write(
        "userlist.txt",
        "; users\n\"ann\" \"secret\"\n\"bob\" \"" + MD5 + "\"\n\"o\"\"hara\" \"x\"\n");
    Configuration read =
        imported(
            """
            ; comment
            shop = host=10.0.0.5 port=5433 dbname=shop_v2
            stock=host=10.0.0.5 port=5433
            """,
            """
            listen_addr = *
            listen_port = 6432
            auth_type = md5
            auth_file = userlist.txt
            admin_users = ann
            stats_users = bob, ann
            pool_mode = transaction
            max_client_conn = 500
            default_pool_size = 25
            min_pool_size = 2
            max_db_connections = 60
            server_lifetime = 1800
            server_idle_timeout = 30.5
            query_wait_timeout = 0
            idle_transaction_timeout = 90
            client_login_timeout = 20
            server_connect_timeout = 3
            max_prepared_statements = 100
            max_packet_size = 1048576
            server_reset_query_always = 1
            unix_socket_dir = /run/pg/
            unix_socket_mode = 0660
            """);

    assertThat(read.vdbs().keySet()).containsExactly("shop");
    VirtualDatabase vdb = read.vdbs().get("shop");
    assertThat(vdb.databases()).isEqualTo(Map.of("shop", "shop_v2", "stock", "stock"));
    assertThat(vdb.ports()).containsExactly(6432);
    assertThat(vdb.address()).isEqualTo("0.0.0.0");
    assertThat(vdb.unixSocket()).contains("/run/pg/.s.PGSQL.6432");
    assertThat(vdb.unixSocketMode()).isEqualTo("0660");
    assertThat(vdb.multiplex()).isTrue();
    assertThat(vdb.credentials()).isEqualTo(Credentials.PASSTHROUGH);
    assertThat(vdb.pool().size()).isEqualTo(25);
    assertThat(vdb.pool().minIdle()).isEqualTo(2);
    assertThat(vdb.pool().maxPerDatabase()).isEqualTo(60);
    assertThat(vdb.pool().maxLifetime()).isEqualTo(Duration.ofMinutes(30));
    assertThat(vdb.pool().idleTimeout()).isEqualTo(Duration.ofMillis(30_500));
    assertThat(vdb.pool().queueTimeout()).isEqualTo(Duration.ZERO);
    assertThat(vdb.clients().idleInTransactionTimeout()).isEqualTo(Duration.ofSeconds(90));
    assertThat(vdb.prepared().perServer()).isEqualTo(100);
    assertThat(vdb.limits().maxMessageSize()).isEqualTo(1048576);
    assertThat(vdb.auth())
        .singleElement()
        .extracting(rule -> rule.method())
        .isEqualTo(AuthMethod.MD5);
    assertThat(read.node().maxClients()).isEqualTo(500);
    assertThat(read.node().loginTimeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(read.sources().get("shop"))
        .satisfies(
            source -> {
              assertThat(source.hosts()).hasToString("[10.0.0.5:5433]");
              assertThat(source.user()).isEmpty();
              assertThat(source.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
            });
    assertThat(read.users()).containsOnlyKeys("ann", "bob", "o\"hara");
    assertThat(read.users().get("ann").password().orElseThrow().value()).isEqualTo("secret");
    assertThat(read.users().get("ann").admin()).isTrue();
    assertThat(read.users().get("bob").verifier().orElseThrow().value()).isEqualTo(MD5);
    assertThat(read.users().get("bob").stats()).isTrue();
    assertThat(read.users().get("bob").admin()).isFalse();
    assertThat(notes()).as("all was carried over").hasSize(1);
    assertThat(out.toString()).contains("0 notes");
  }

  @Test
  void documentsAreForTheirOwnerAlone() throws Exception {
    imported("shop = host=db password=secret user=app", "");

    assertThat(Files.getPosixFilePermissions(directory.resolve("out/sources/shop.json")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(Files.getPosixFilePermissions(directory.resolve("out/sources")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void databasesOfOtherServersAndSettingsGetPortsOfTheirOwn() throws Exception {
    Configuration read =
        imported(
            """
            a = host=db1 user=app password='it''s mine'
            b = host=db1 user=app password='it''s mine' dbname=b2
            c = host=db2 pool_size=3 pool_mode=session
            * = host=db3
            """,
            "listen_port = 7000\npool_mode = transaction");

    assertThat(read.vdbs()).containsOnlyKeys("a", "c", "main");
    assertThat(read.vdbs().get("a").ports()).containsExactly(7000);
    assertThat(read.vdbs().get("a").credentials()).isEqualTo(Credentials.SOURCE);
    assertThat(read.sources().get("a").password().orElseThrow().value()).isEqualTo("it's mine");
    assertThat(read.vdbs().get("c").multiplex()).isFalse();
    assertThat(read.vdbs().get("c").pool().size()).isEqualTo(3);
    assertThat(read.vdbs().get("main").databases()).isEqualTo(Map.of("*", "*"));
    assertThat(read.vdbs().values().stream().flatMap(vdb -> vdb.ports().stream()))
        .containsExactlyInAnyOrder(7000, 7001, 7002);
    assertThat(notes())
        .anyMatch(note -> note.startsWith("virtual database c (c) listens on port 700"))
        .noneMatch(note -> note.contains("it's mine"));
  }

  @Test
  void settingsOfADatabaseAreWrittenInTheSameOrderEachTime() throws Exception {
    imported("a = host=db server_lifetime=60 pool_size=3 min_pool_size=1 max_db_connections=9", "");

    assertThat(members("vdbs/a.json", "/pool"))
        .containsExactly("maxPerDatabase", "minIdle", "size", "maxLifetime");
  }

  @Test
  void severalHostsAreAPrimaryWithItsReplicas() throws Exception {
    Configuration read = imported("a = host=db1,db2,::1 port=5432,5433 user=app", "");

    assertThat(read.sources().get("a").hosts()).hasToString("[db1:5432, db2:5433, [::1]:5432]");
    assertThat(read.sources().get("a").cluster().kind()).isEqualTo(ClusterKind.POSTGRES);
    assertThat(notes()).anyMatch(note -> note.startsWith("pgbouncer.ini:2: several hosts"));
  }

  @Test
  void tlsOfBothSidesIsCarriedOver() throws Exception {
    for (String file : List.of("server.crt", "server.key", "ca.crt")) {
      write(file, "");
    }
    Configuration read =
        imported(
            "a = host=db1 user=app",
            """
            client_tls_sslmode = verify-full
            client_tls_cert_file = server.crt
            client_tls_key_file = server.key
            client_tls_ca_file = ca.crt
            server_tls_sslmode = verify-ca
            server_tls_ca_file = ca.crt
            client_tls_ciphers = secure
            """);

    assertThat(read.vdbs().get("a").tls().mode()).isEqualTo(ClientTlsMode.REQUIRE);
    assertThat(read.vdbs().get("a").tls().clientCertificate()).isEqualTo(ClientCertificate.REQUIRE);
    assertThat(read.vdbs().get("a").tls().clientCaFile()).contains(directory.resolve("ca.crt"));
    assertThat(read.sources().get("a").tls().mode()).isEqualTo(TlsMode.VERIFY_CA);
    assertThat(notes())
        .anyMatch(
            note -> note.startsWith("pgbouncer.ini:10: not carried over: client_tls_ciphers"));
  }

  @Test
  void aFileThatIsMissedIsNamedWithTheLineThatWantsIt() throws Exception {
    write("pgbouncer.ini", "[databases]\na = host=db\n[pgbouncer]\nserver_tls_ca_file = no.crt\n");

    assertThat(importWith()).isEqualTo(4);
    assertThat(err.toString()).contains("pgbouncer.ini:4: server_tls_ca_file = no.crt: ");
  }

  @Test
  void linesForTlsAreLeftWhereClientsHaveNone() throws Exception {
    write("hba.conf", "hostssl all all all scram-sha-256\nhost all all all trust\n");
    Configuration read =
        imported("* = host=db1 user=app", "auth_type = hba\nauth_hba_file = hba.conf");

    assertThat(read.vdbs().get("main").auth()).hasSize(1);
    assertThat(notes()).anyMatch(note -> note.contains("there is no client_tls_cert_file"));
  }

  @Test
  void linesOfPgHbaAreRulesOfLogIns() throws Exception {
    write(
        "hba.conf",
        """
        # TYPE DATABASE USER ADDRESS METHOD
        local  all  all  peer
        host  shop,"my db"  ann,eve  10.0.0.0/8  md5  # the office
        hostssl all all 0.0.0.0/0 scram-sha-256
        host all all 192.168.0.0 255.255.0.0 md5
        host all all ::/0 pam
        host all all 127.0.0.1/32 password
        """);
    write("userlist.txt", "\"ann\" \"a\"\n");
    for (String file : List.of("server.crt", "server.key")) {
      write(file, "");
    }
    Configuration read =
        imported(
            "* = host=db1 user=app",
            """
            auth_type = hba
            auth_hba_file = hba.conf
            auth_file = userlist.txt
            client_tls_sslmode = allow
            client_tls_cert_file = server.crt
            client_tls_key_file = server.key
            """);

    assertThat(read.vdbs().get("main").auth())
        .extracting(
            rule -> rule.type() + " " + rule.databases() + " " + rule.users() + " " + rule.method())
        .containsExactly(
            "HOST [shop, my db] [eve] REJECT",
            "HOST [shop, my db] [ann] MD5",
            "HOSTSSL [all] [all] SCRAM_SHA_256",
            "HOST [all] [all] MD5",
            "HOST [all] [all] REJECT",
            "HOSTSSL [all] [all] PASSWORD",
            "HOSTNOSSL [all] [all] REJECT");
    assertThat(read.vdbs().get("main").auth().get(3).address())
        .isEqualTo(Cidr.parse("192.168.0.0/16"));
    assertThat(notes())
        .anyMatch(note -> note.startsWith("hba.conf:2: not carried over"))
        .anyMatch(note -> note.contains("who has no line in the file of users is rejected: eve"))
        .anyMatch(note -> note.startsWith("hba.conf:6: whom this lets in is rejected"))
        .anyMatch(note -> note.startsWith("hba.conf:7: clients without TLS are rejected"));
  }

  @ParameterizedTest
  @CsvSource({
    "reserve_pool_size = 5, there is no reserve",
    "auth_query = SELECT 1, there is no auth_user",
    "verbose = 2, logLevel",
    "pool_mode = statement, transactions are allowed",
    "auth_type = any, it was for the Unix socket alone",
    "auth_type = pam, there is no such method",
    "auth_type = ldap, it names no server; scram-sha-256 was written",
    "default_pool_size = many, the value is no number",
    "no_such_setting = 1, no setting of PgBouncer's that is known here",
    "admin_users = nobody, there is no user nobody",
    "auth_file = missing.txt, give it by --userlist",
  })
  void whatHasNoCounterpartIsNamedWithItsLineAndWhy(String setting, String why) throws Exception {
    imported("a = host=db1 user=app", setting);

    assertThat(notes())
        .anySatisfy(note -> assertThat(note).startsWith("pgbouncer.ini:4: ").contains(why));
  }

  @Test
  void linesForDatabasesOfOthersAreLeftToThem() throws Exception {
    write(
        "hba.conf", "host a all all trust\nhost b,c all 10.0.0.0/8 reject\nhost all all all md5\n");
    Configuration read =
        imported(
            "a = host=db1 user=app\nb = host=db2 user=app",
            "listen_addr = *\nauth_type = hba\nauth_hba_file = hba.conf");

    assertThat(read.vdbs().get("a").auth())
        .extracting(rule -> rule.databases() + " " + rule.method())
        .containsExactly("[a] TRUST", "[all] MD5");
    assertThat(read.vdbs().get("b").auth())
        .extracting(rule -> rule.databases() + " " + rule.method())
        .containsExactly("[b] REJECT", "[all] MD5");
  }

  @ParameterizedTest
  @CsvSource({
    "host all @admins all md5, @admins stands for names",
    "host sameuser all all md5, sameuser stands for names",
    "host all all samenet md5, its address is no network",
    "host all all db.internal reject, its address is no network",
    "nonsense all all all md5, it is no line of pg_hba.conf",
    "host all all, it is no line of pg_hba.conf",
  })
  void aLineOfLogInsWhoseMatchCannotBeWrittenEndsTheCommand(String line, String why)
      throws Exception {
    write("hba.conf", "# first\n" + line + "\nhost all all all trust\n");
    write(
        "pgbouncer.ini",
        "[databases]\na = host=db\n[pgbouncer]\nauth_type = hba\nauth_hba_file = hba.conf\n");

    assertThat(importWith()).isEqualTo(3);
    assertThat(err.toString()).contains("hba.conf:2: " + why);
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void linesOfLogInsThatCannotBeReadEndTheCommand() throws Exception {
    write(
        "pgbouncer.ini",
        "[databases]\na = host=db\n[pgbouncer]\nauth_type = hba\nauth_hba_file = no.conf\n");

    assertThat(importWith()).isEqualTo(4);
    assertThat(err.toString()).contains("no.conf cannot be read");
  }

  @Test
  void whoIsRejectedByNameStaysSoWithoutALineInTheFileOfUsers() throws Exception {
    write("hba.conf", "host all eve all reject\nhost all all all md5\n");
    Configuration read =
        imported(
            "* = host=db1 user=app", "listen_addr = *\nauth_type = hba\nauth_hba_file = hba.conf");

    assertThat(read.vdbs().get("main").auth().get(0).users()).containsExactly("eve");
    assertThat(read.vdbs().get("main").auth().get(0).method()).isEqualTo(AuthMethod.REJECT);
  }

  @Test
  void aSocketWithLinesOfItsOwnIsNotOpened() throws Exception {
    write("hba.conf", "local all all reject\nhost all all 127.0.0.1/32 trust\n");
    Configuration read =
        imported(
            "* = host=db1 user=app",
            "listen_addr = 127.0.0.1\nunix_socket_dir = /run/pg\nauth_type = hba\n"
                + "auth_hba_file = hba.conf");

    assertThat(read.vdbs().get("main").unixSocket()).isEmpty();
    assertThat(notes()).anyMatch(note -> note.contains("there is no socket"));
  }

  @Test
  void aPortThatWasNotThereLetsNobodyInWithoutAPassword() throws Exception {
    Configuration read = imported("* = host=db1 user=app", "auth_type = trust");

    assertThat(read.vdbs().get("main").address()).isEqualTo("127.0.0.1");
    assertThat(read.vdbs().get("main").unixSocket()).contains("/tmp/.s.PGSQL.6432");
    assertThat(read.vdbs().get("main").auth())
        .singleElement()
        .extracting(rule -> rule.method())
        .isEqualTo(AuthMethod.SCRAM_SHA_256);
    assertThat(notes())
        .anyMatch(note -> note.contains("it was for the Unix socket alone"))
        .anyMatch(note -> note.startsWith("listen_addr is not set"));
  }

  @Test
  void whatPgBouncerHasByDefaultIsWritten() throws Exception {
    Configuration read = imported("* = host=db1 user=app", "listen_addr = *");

    assertThat(read.node().maxClients()).isEqualTo(100);
    assertThat(read.node().loginTimeout()).isEqualTo(Duration.ofSeconds(60));
    assertThat(read.sources().get("main").connectTimeout()).isEqualTo(Duration.ofSeconds(15));
    assertThat(read.vdbs().get("main").multiplex()).isFalse();
  }

  @Test
  void whomTheMethodNeverLetsInIsLeftOut() throws Exception {
    write("userlist.txt", "\"ann\" \"a\"\n\"bob\" \"\"\n\"eve\" \"" + MD5 + "\"\n");
    Configuration read =
        imported(
            "* = host=db1 user=app",
            "listen_addr = *\nauth_type = scram-sha-256\nauth_file = userlist.txt");

    assertThat(read.users()).containsOnlyKeys("ann");
    assertThat(notes())
        .anyMatch(note -> note.startsWith("user bob is left out"))
        .anyMatch(note -> note.startsWith("user eve is left out"));
  }

  @Test
  void theDirectoryIsCarriedOver() throws Exception {
    Configuration read =
        imported(
            "a = host=db1 user=app",
            "auth_type = ldap\nauth_ldap_options = ldapurl=\"ldap://dc1:1389/dc=example,dc=net?uid?sub\""
                + " ldapbinddn=\"cn=pooler,dc=example,dc=net\" ldapbindpasswd=hunter2 ldaptls=1");

    LdapSettings ldap = read.node().ldap();
    assertThat(ldap.servers()).containsExactly("ldap://dc1:1389");
    assertThat(ldap.startTls()).isTrue();
    assertThat(ldap.searchBase()).contains("dc=example,dc=net");
    assertThat(ldap.searchFilter()).isEqualTo("(uid={user})");
    assertThat(ldap.bindDn()).contains("cn=pooler,dc=example,dc=net");
    assertThat(ldap.bindPassword()).contains(new Secret("hunter2"));
    assertThat(ldap.clearText()).isTrue();
    assertThat(read.vdbs().values())
        .allSatisfy(
            vdb ->
                assertThat(vdb.auth()).extracting(AuthRule::method).containsOnly(AuthMethod.LDAP));
    assertThat(notes()).anyMatch(note -> note.contains("without TLS, as before"));
  }

  @Test
  void linesWithADirectoryAreCarriedOverAndThoseWithAnotherOneReject() throws Exception {
    write(
        "hba.conf",
        """
        host a bob all ldap ldapserver="dc1 dc2" ldapport=1389 ldapprefix="uid=" ldapsuffix=",dc=net"
        host a all all ldap ldapserver=other ldapbasedn="dc=net" ldapsearchfilter="(|(uid=$username)(mail=$username))"
        host a eve all ldap ldapserver=dc1 ldapsuffix=@example.net
        """);
    Configuration read =
        imported("a = host=db1 user=app", "auth_type = hba\nauth_hba_file = hba.conf");

    assertThat(read.node().ldap().servers()).containsExactly("ldap://dc1:1389", "ldap://dc2:1389");
    assertThat(read.node().ldap().userDn()).contains("uid={user},dc=net");
    assertThat(read.node().ldap().startTls()).isFalse();
    assertThat(read.vdbs().values().iterator().next().auth())
        .extracting(AuthRule::method)
        .containsExactly(AuthMethod.LDAP, AuthMethod.REJECT, AuthMethod.REJECT);
    assertThat(notes())
        .anyMatch(note -> note.startsWith("hba.conf:1: passwords go to the directory without TLS"))
        .anyMatch(note -> note.startsWith("hba.conf:2: whom this lets in is rejected: a node has"))
        .anyMatch(note -> note.startsWith("hba.conf:3: whom this lets in is rejected: names of"));
  }

  @ParameterizedTest
  @CsvSource({
    "ldap://dc1/dc=net?uid, base",
    "ldap://dc1/dc=net, base",
    "ldap://dc1/dc=net?uid?one, one",
    "ldap://dc1/dc=net?uid?base?(ou=dba), base",
  })
  void aDirectoryThatIsNotSearchedBelowIsNotCarriedOver(String url, String scope) throws Exception {
    Configuration read =
        imported(
            "a = host=db1 user=app",
            "auth_type = ldap\nauth_ldap_options = ldapurl=\"" + url + "\"");

    assertThat(read.node().ldap().any()).isFalse();
    assertThat(read.vdbs().get("a").auth())
        .extracting(AuthRule::method)
        .containsExactly(AuthMethod.SCRAM_SHA_256);
    assertThat(notes()).anyMatch(note -> note.contains("its scope is " + scope + ": a node also"));
  }

  @Test
  void aUrlWithoutAScopeWillDoWhereNobodySearches() throws Exception {
    Configuration read =
        imported(
            "a = host=db1 user=app",
            "auth_type = ldap\nauth_ldap_options = ldapurl=\"ldap://dc1\" ldapprefix=\"uid=\"");

    assertThat(read.node().ldap().userDn()).contains("uid={user}");
  }

  @ParameterizedTest
  @CsvSource({
    "asked = host=db2 dbname=users",
    "asked = host=db1 port=5433 dbname=users",
    "'* = host=db2'",
    "b = host=db1 user=app",
  })
  void usersOfADatabaseElsewhereAreNotLookedUp(String other) throws Exception {
    Configuration read =
        imported(
            "a = host=db1 user=app auth_user=asks auth_dbname=asked\n" + other,
            "listen_addr = *\nauth_type = scram-sha-256");

    assertThat(read.vdbs().get("a").authQuery().enabled()).isFalse();
    assertThat(notes())
        .anyMatch(
            note -> note.startsWith("pgbouncer.ini:2: not carried over: auth_dbname = asked"));
  }

  @Test
  void theDatabaseOfUsersHasTheNameThatItsServerGivesIt() throws Exception {
    String settings = "listen_addr = *\nauth_type = scram-sha-256";
    String client = "a = host=db1 user=app auth_user=asks auth_dbname=asked\n";

    assertThat(imported(client + "asked = port=5432 host=db1 dbname=users", settings))
        .extracting(read -> read.vdbs().get("a").authQuery().database().orElseThrow())
        .isEqualTo("users");
  }

  @Test
  void usersWhomTheDatabaseKnowsAreLookedUpThere() throws Exception {
    write("userlist.txt", "\"asks\" \"hunter2\"\n");
    Configuration read =
        imported(
            "a = host=db1 user=app\nb = host=db1 user=app auth_user=other\n* = host=db1",
            "listen_addr = *\nauth_type = scram-sha-256\nauth_file = userlist.txt\n"
                + "auth_user = asks\nauth_query = SELECT * FROM f($1)\nauth_dbname = own");

    AuthQuerySettings query = read.vdbs().get("a").authQuery();
    assertThat(query.enabled()).isTrue();
    assertThat(query.user()).contains("asks");
    assertThat(query.password().orElseThrow().value()).isEqualTo("hunter2");
    assertThat(query.sql()).isEqualTo("SELECT * FROM f($1)");
    assertThat(query.database()).contains("own");
    assertThat(read.vdbs().get("b").authQuery().user()).contains("other");
    assertThat(read.vdbs().get("b").authQuery().password()).isEmpty();
    assertThat(out.toString())
        .contains("auth_user = other: its password is not in the file of users")
        .doesNotContain("hunter2");
  }

  @Test
  void secretsAreNotShown() throws Exception {
    write("hba.conf", "host all all all ldap ldapserver=ldap ldapbindpasswd=hunter2\n");
    imported(
        "a = host=db1 user=app password=hunter2 connect_query='set x to hunter2'",
        "auth_ldap_options = ldapbindpasswd=hunter2\nauth_query = select hunter2\n"
            + "auth_type = hba\nauth_hba_file = hba.conf\nno_such_PWD = hunter2");

    assertThat(out.toString()).contains("auth_query").doesNotContain("hunter2");
  }

  @Test
  void otherFilesAreIncluded() throws Exception {
    write("more.ini", "[pgbouncer]\ndefault_pool_size = 7\n");
    Configuration read = imported("a = host=db1 user=app\n%include more.ini", "");

    assertThat(read.vdbs().get("a").pool().size()).isEqualTo(7);
  }

  @Test
  void theFileOfUsersMayBeElsewhere() throws Exception {
    write("pgbouncer.ini", "[databases]\na = host=db1\n[pgbouncer]\nauth_file = /nowhere/u.txt\n");
    write(
        "mine.txt",
        "\"ann\" \"SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=\"\n");

    assertThat(importWith("--userlist", directory.resolve("mine.txt").toString())).isZero();
    assertThat(directory.resolve("out/users/ann.json")).content().contains("verifier");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a = host='db1", "a = db1", "nothing", "[databases"})
  void aLineThatCannotBeReadEndsTheCommand(String line) throws Exception {
    write("pgbouncer.ini", "[databases]\n" + line + "\n");

    assertThat(importWith()).isEqualTo(3);
    assertThat(err.toString()).contains("pgbouncer.ini:2: ");
    assertThat(directory.resolve("out")).doesNotExist();
  }

  @Test
  void nothingThatIsThereIsOverwritten() throws Exception {
    imported("a = host=db1 user=app", "");

    assertThat(importWith()).isEqualTo(5);
    assertThat(err.toString()).contains("is not empty: give another --output");
  }

  @Test
  void filesThatIncludeEachOtherEndTheCommand() throws Exception {
    write("pgbouncer.ini", "%include pgbouncer.ini\n");

    assertThat(importWith()).isEqualTo(3);
    assertThat(err.toString()).contains("files include each other");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    assertThat(importWith()).isEqualTo(4);
    assertThat(err.toString()).contains("pgbouncer.ini cannot be read");
  }
}
