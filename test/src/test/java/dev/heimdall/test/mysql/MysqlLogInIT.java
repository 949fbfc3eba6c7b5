package dev.heimdall.test.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ServerHello;
import dev.heimdall.launcher.mysql.MysqlServer;
import dev.heimdall.model.TlsMode;
import dev.heimdall.test.fixture.EachRelease;
import dev.heimdall.test.fixture.MariadbAndMysql;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.TestCertificate;
import dev.heimdall.test.mysql.ServerLink.Connected;
import dev.heimdall.test.mysql.ServerLink.LogInRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Log-ins of the node at MySQL and MariaDB servers. */
class MysqlLogInIT {
  private static ServerLink link;
  private static Path authority;

  @BeforeAll
  static void open() {
    link = new ServerLink();
    authority = TestCertificate.localhost().inFiles().certificate();
  }

  @AfterAll
  static void close() {
    link.close();
  }

  private static LogInRequest as(MysqlRelease release, String user, String password) {
    return new LogInRequest(release.shared().primary().port(), user, password, "app");
  }

  private static LogInRequest as(MysqlRelease release) {
    return as(release, MysqlRelease.USER, MysqlRelease.PASSWORD);
  }

  private static List<String> users(MysqlRelease release) {
    List<String> users = new ArrayList<>(List.of(MysqlRelease.USER, MysqlRelease.OTHER));
    users.addAll(
        switch (release) {
          case MARIADB -> List.of(MysqlRelease.NATIVE);
          case MARIADB_NEW ->
              List.of(
                  MysqlRelease.NATIVE,
                  MysqlRelease.ED25519,
                  MysqlRelease.PARSEC,
                  MysqlRelease.SHA2);
          case MYSQL -> List.of(MysqlRelease.SHA2, MysqlRelease.SHA256);
        });
    return users;
  }

  /** The second log-in of a user finds MySQL's cache of passwords warm. */
  @EachRelease
  void everyMethodOfAServerIsAnsweredWithAndWithoutTls(MysqlRelease release) throws Exception {
    for (String user : users(release)) {
      release.shared().primary().execute("FLUSH PRIVILEGES"); // no password is cached any more
      for (TlsMode mode : // twice without: MySQL keeps a password that it has seen
          List.of(TlsMode.DISABLE, TlsMode.DISABLE, TlsMode.PREFER, TlsMode.VERIFY_FULL)) {
        Connected connected =
            link.connect(
                new LogInRequest(release.shared().primary().port(), user, MysqlRelease.PASSWORD, "")
                    .tls(mode, authority));
        assertThat(connected.query("SELECT CURRENT_USER()").rows)
            .as(user + " " + mode)
            .containsExactly(List.of(user + "@%"));
        assertThat(connected.connection.tls()).isEqualTo(mode != TlsMode.DISABLE);
        connected.onLoop(made -> made.close("the test is over"));
      }
    }
  }

  @EachRelease
  void aUserWithoutPasswordAndOneWhoMustComeWithTlsGetIn(MysqlRelease release) throws Exception {
    LogInRequest empty =
        new LogInRequest(release.shared().primary().port(), MysqlRelease.EMPTY, null, "");
    assertThat(link.connect(empty).query("SELECT DATABASE()").rows).hasToString("[[null]]");

    LogInRequest tls =
        new LogInRequest(
            release.shared().primary().port(), MysqlRelease.TLS, MysqlRelease.PASSWORD, "");
    link.connect(tls.tls(TlsMode.REQUIRE, authority));
    ConnectFailure refused = catchThrowableOfType(ConnectFailure.class, () -> link.connect(tls));
    assertThat(refused.authentication()).isTrue();
  }

  @MariadbAndMysql
  void aServerThatRefusesIsToldApart(MysqlRelease release) throws Exception {
    for (TlsMode mode : List.of(TlsMode.DISABLE, TlsMode.REQUIRE)) {
      ConnectFailure wrong =
          catchThrowableOfType(
              ConnectFailure.class,
              () -> link.connect(as(release, MysqlRelease.USER, "wrong").tls(mode, authority)));
      assertThat(wrong.authentication()).isTrue();
      assertThat(wrong.permanent()).isTrue();
      assertThat(wrong.error().number()).isEqualTo(1045);
      assertThat(wrong.error().toString()).doesNotContain("wrong");
    }

    ConnectFailure unknown =
        catchThrowableOfType(
            ConnectFailure.class,
            () ->
                link.connect(
                    new LogInRequest(
                        release.shared().primary().port(),
                        MysqlRelease.USER,
                        MysqlRelease.PASSWORD,
                        "nowhere")));
    assertThat(unknown.authentication()).isFalse();
    assertThat(unknown.permanent()).isTrue();
    assertThat(unknown.error().number()).isIn(1044, 1049);

    Path other = TestCertificate.ofHost("elsewhere.example").inFiles().certificate();
    ConnectFailure untrusted =
        catchThrowableOfType(
            ConnectFailure.class, () -> link.connect(as(release).tls(TlsMode.VERIFY_FULL, other)));
    assertThat(untrusted.permanent()).isTrue();
    assertThat(untrusted.error().message()).contains("certificate");
  }

  @MariadbAndMysql
  void aServerWithoutRoomIsFullForNow(MysqlRelease release) throws Exception {
    MysqlServer server = release.shared().primary();
    server.execute("CREATE USER few@'%' IDENTIFIED BY 'f' WITH MAX_USER_CONNECTIONS 1");
    LogInRequest few = new LogInRequest(server.port(), "few", "f", "");
    Connected first = link.connect(few);
    ConnectFailure full = catchThrowableOfType(ConnectFailure.class, () -> link.connect(few));
    assertThat(full.full()).isTrue();
    assertThat(full.permanent()).isFalse();
    first.onLoop(made -> made.close("the test is over"));
    server.execute("DROP USER few@'%'");
  }

  @EachRelease
  void theGreetingTellsOfTheServerAndItsSession(MysqlRelease release) throws Exception {
    Connected connected =
        link.connect(
            as(release)
                .agreed(Capability.DEPRECATE_EOF | Capability.FOUND_ROWS)
                .with(Map.of("lock_wait_timeout", "77", "sql_mode", "ANSI,STRICT_ALL_TABLES")));

    ServerHello hello = ServerHello.of(connected.connection.reported().greeting());
    assertThat(hello.version()).isEqualTo(connected.query("SELECT version()").rows.get(0).get(0));
    assertThat(hello.isMariadb()).isEqualTo(release != MysqlRelease.MYSQL);
    assertThat(hello.capabilities() & Capability.SESSION_TRACK).isNotZero();
    Map<String, String> reported = connected.connection.reported().greeting().reported();
    assertThat(reported)
        .containsEntry("autocommit", "ON")
        .containsEntry("lock_wait_timeout", "77")
        .containsEntry("character_set_client", "utf8mb4")
        .containsEntry("time_zone", "SYSTEM")
        .containsKey("collation_connection")
        .doesNotContainKey("statement_id");
    assertThat(reported.get("sql_mode")).contains("ANSI_QUOTES", "STRICT_ALL_TABLES");
    assertThat(connected.connection.processId())
        .hasToString(connected.query("SELECT CONNECTION_ID()").rows.get(0).get(0));
  }
}
