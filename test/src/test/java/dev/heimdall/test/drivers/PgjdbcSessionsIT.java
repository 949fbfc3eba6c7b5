package dev.heimdall.test.drivers;

import static dev.heimdall.test.fixture.Await.until;
import static dev.heimdall.test.fixture.Jdbc.atOnce;
import static dev.heimdall.test.fixture.Jdbc.execute;
import static dev.heimdall.test.fixture.Jdbc.fails;
import static dev.heimdall.test.fixture.Jdbc.one;
import static dev.heimdall.test.fixture.Jdbc.table;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** pgjdbc: what belongs to a session, notifications, notices, many connections. */
@ExtendWith(DriverEndpointExtension.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@Tag("ci")
class PgjdbcSessionsIT {
  private final DriverEndpoint endpoint;

  PgjdbcSessionsIT(DriverEndpoint endpoint) {
    this.endpoint = endpoint;
  }

  private static List<String> heard(Connection connection, int milliseconds) throws SQLException {
    PGNotification[] got =
        connection.unwrap(PGConnection.class).getNotifications(Math.max(1, milliseconds));
    List<String> heard = new ArrayList<>();
    if (got != null) {
      for (PGNotification each : got) {
        heard.add(each.getName() + "=" + each.getParameter());
      }
    }
    return heard;
  }

  @Test
  void notificationsReachListenersOnly() throws Exception {
    try (Connection a = endpoint.connect();
        Connection b = endpoint.connect();
        Connection sender = endpoint.connect()) {
      execute(a, "LISTEN hd_jdbc_ch");
      execute(b, "LISTEN hd_jdbc_ch");
      execute(sender, "NOTIFY hd_jdbc_ch, 'grüße'");
      assertThat(heard(a, 10_000)).containsExactly("hd_jdbc_ch=grüße");
      assertThat(heard(b, 10_000)).containsExactly("hd_jdbc_ch=grüße");
      sender.setAutoCommit(false);
      execute(sender, "NOTIFY hd_jdbc_ch, 'rolled back'");
      sender.rollback();
      execute(sender, "SELECT pg_notify('hd_jdbc_ch', 'committed')");
      assertThat(heard(a, 200)).isEmpty();
      sender.commit();
      assertThat(heard(a, 10_000)).containsExactly("hd_jdbc_ch=committed");
      execute(a, "UNLISTEN hd_jdbc_ch");
      execute(sender, "NOTIFY hd_jdbc_ch, 'last'");
      sender.commit();
      List<String> all = new ArrayList<>();
      until("b hears both", () -> all.addAll(heard(b, 500)) && all.size() == 2);
      assertThat(all).containsExactly("hd_jdbc_ch=committed", "hd_jdbc_ch=last");
      assertThat(heard(a, 300)).isEmpty();
      assertThat(heard(sender, 1)).isEmpty();
    }
  }

  @Test
  void noticesBecomeWarnings() throws Exception {
    try (Connection c = endpoint.connect();
        Statement s = c.createStatement()) {
      s.execute("DO $$ BEGIN RAISE NOTICE 'é %', 1; RAISE WARNING 'w'; END $$");
      List<String> warnings = new ArrayList<>();
      for (SQLWarning w = s.getWarnings(); w != null; w = w.getNextWarning()) {
        warnings.add(w.getSQLState() + " " + w.getMessage());
      }
      assertThat(warnings).containsExactly("00000 é 1", "01000 w");
    }
  }

  @Test
  void settingsStayWithTheirConnection() throws Exception {
    String[] zones = {"UTC", "Asia/Tokyo", "America/New_York", "Europe/Berlin"};
    String[] hours = {"12", "21", "07", "13"};
    atOnce(
        24,
        n -> {
          try (Connection c =
              endpoint.connect("ApplicationName", "at start", "prepareThreshold", "1")) {
            c.setClientInfo("ApplicationName", "hd client " + n);
            c.setSchema("hd_path_" + n);
            execute(c, "SET timezone TO '" + zones[n % 4] + "'");
            one(c, "SELECT set_config('hd.tag', ?, false)", "tag " + n);
            for (int round = 0; round < 20; round++) {
              assertThat(one(c, "SHOW application_name")).isEqualTo("hd client " + n);
              assertThat(one(c, "SHOW search_path")).contains("hd_path_" + n);
              assertThat(one(c, "SELECT current_setting('hd.tag')")).isEqualTo("tag " + n);
              assertThat(one(c, "SELECT to_char(timestamptz '2024-01-15 12:00+00', 'HH24')"))
                  .isEqualTo(hours[n % 4]);
              assertThat(c.unwrap(PGConnection.class).getParameterStatus("TimeZone"))
                  .isEqualTo(zones[n % 4]);
            }
          }
        });
  }

  @Test
  void settingsFollowTheTransaction() throws Exception {
    try (Connection c = endpoint.connect()) {
      execute(c, "SET hd.tag = 'before'");
      c.setAutoCommit(false);
      execute(c, "SET LOCAL hd.tag = 'local'");
      assertThat(one(c, "SHOW hd.tag")).isEqualTo("local");
      c.commit();
      assertThat(one(c, "SHOW hd.tag")).isEqualTo("before");
      execute(c, "SET hd.tag = 'rolled back'");
      c.rollback();
      assertThat(one(c, "SHOW hd.tag")).isEqualTo("before");
      c.commit();
      c.setAutoCommit(true);
      execute(c, "RESET hd.tag");
      assertThat(one(c, "SELECT coalesce(current_setting('hd.tag', true), '')")).isEmpty();
    }
  }

  @Test
  void temporaryTablesStayWithTheirConnection() throws Exception {
    atOnce(
        5,
        n -> {
          try (Connection c = endpoint.connect()) {
            execute(
                c, "CREATE TEMP TABLE hd_temp (a int)", "INSERT INTO hd_temp VALUES (" + n + ")");
            for (int round = 0; round < 20; round++) {
              assertThat(one(c, "SELECT a FROM hd_temp")).isEqualTo(Integer.toString(n));
            }
          }
        });
    try (Connection c = endpoint.connect()) {
      fails("42P01", () -> one(c, "SELECT a FROM hd_temp"));
    }
  }

  @Test
  void advisoryLocksStayWithTheirConnection() throws Exception {
    try (Connection a = endpoint.connect();
        Connection b = endpoint.connect()) {
      one(a, "SELECT pg_advisory_lock(770007)");
      for (int n = 0; n < 5; n++) {
        assertThat(one(b, "SELECT pg_try_advisory_lock(770007)")).isEqualTo("f");
        assertThat(one(a, "SELECT 1")).isEqualTo("1");
      }
      assertThat(one(a, "SELECT pg_advisory_unlock(770007)")).isEqualTo("t");
      assertThat(one(b, "SELECT pg_try_advisory_lock(770007)")).isEqualTo("t");
    }
  }

  @Test
  void discardAllGivesAFreshSession() throws Exception {
    try (Connection c = endpoint.connect("ApplicationName", "at start");
        Connection other = endpoint.connect()) {
      execute(other, "SET hd.tag = 'other'");
      execute(
          c,
          "SET hd.tag = 'mine'",
          "SET application_name = 'changed'",
          "CREATE TEMP TABLE hd_gone (a int)");
      execute(c, "DISCARD ALL");
      fails("42P01", () -> one(c, "SELECT a FROM hd_gone"));
      assertThat(one(c, "SELECT coalesce(current_setting('hd.tag', true), '')")).isEmpty();
      // pgjdbc sets the name by SET after log-in where the server is older than its start-up packet
      // allows.
      assertThat(one(c, "SHOW application_name")).isNotEqualTo("changed");
      assertThat(one(other, "SHOW hd.tag")).isEqualTo("other");
    }
  }

  @Test
  void fiftyConnectionsRunTransactions() throws Exception {
    try (Connection c = endpoint.connect()) {
      table(c, "hd_jdbc_accounts", "id int PRIMARY KEY, balance int NOT NULL");
      execute(c, "INSERT INTO hd_jdbc_accounts SELECT n, 100 FROM generate_series(0, 49) n");
      atOnce(
          50,
          n -> {
            Random chance = new Random(n);
            try (Connection mine = endpoint.connect()) {
              mine.setAutoCommit(false);
              for (int k = 0; k < 10; k++) {
                int x = chance.nextInt(50);
                int y = chance.nextInt(50);
                String update = "UPDATE hd_jdbc_accounts SET balance = balance %s 1 WHERE id = %d";
                execute(
                    mine,
                    update.formatted("-", Math.min(x, y)),
                    update.formatted("+", Math.max(x, y)));
                assertThat(one(mine, "SELECT ?::int", n)).isEqualTo(Integer.toString(n));
                if (k % 3 == 0) {
                  mine.rollback();
                } else {
                  mine.commit();
                }
              }
            }
          });
      assertThat(one(c, "SELECT sum(balance) FROM hd_jdbc_accounts")).isEqualTo("5000");
    }
  }

  @Test
  void connectionsComeAndGo() throws Exception {
    atOnce(
        10,
        n -> {
          for (int k = 0; k < 10; k++) {
            String name = "churn " + n + " " + k;
            try (Connection c = endpoint.connect("ApplicationName", name)) {
              assertThat(one(c, "SHOW application_name")).isEqualTo(name);
            }
          }
        });
  }
}
