package dev.heimdall.test.consistency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.consistency.SettingsOfServer.Setting;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every setting of the real server, set in every way that a client has, on a pool of one server
 * connection: the client sees what it sees on a direct connection, and the next client finds
 * nothing of it and no error.
 */
@Tag("long")
class EverySettingIT {
  private static final String SNAPSHOT =
      "SELECT md5(string_agg(name || '=' || setting, ',' ORDER BY name)"
          + " || current_setting('role') || session_user || current_user)"
          + " FROM pg_settings WHERE name NOT LIKE 'my.%' AND name <> 'application_name'";

  private static TestNode ofSuperuser;
  private static TestNode ofUser;

  @BeforeAll
  static void start() {
    SharedPostgres.primary()
        .execute(
            "DROP ROLE IF EXISTS state_boss",
            "DROP ROLE IF EXISTS state_guest",
            "CREATE ROLE state_guest",
            "GRANT state_guest TO app",
            "CREATE ROLE state_boss SUPERUSER LOGIN PASSWORD 'boss'");
    ofSuperuser =
        TestNode.start(
            c ->
                c.node("loops", 1)
                    .source("user", "state_boss")
                    .source("password", "boss")
                    .vdb("pool.size", 1));
    ofUser = TestNode.start(c -> c.node("loops", 1).vdb("pool.size", 1));
  }

  @AfterAll
  static void stop() {
    ofSuperuser.close();
    ofUser.close();
  }

  /** What a client does to have a setting, and what it then sees. */
  private interface Way {
    String seen(Target target, Setting setting) throws IOException;
  }

  private static final List<Way> WAYS =
      List.of(
          (target, s) -> loggedIn(target, s, s.name(), s.value()),
          (target, s) -> loggedIn(target, s, "options", "-c " + s.name() + "=" + escaped(s)),
          (target, s) -> loggedIn(target, s, "options", "--" + dashed(s) + "=" + escaped(s)),
          (target, s) -> did(target, s, "SET " + s.name() + " = '" + s.value() + "'"),
          (target, s) ->
              did(target, s, "SET " + s.name() + " = '" + s.value() + "'", "RESET " + s.name()),
          (target, s) -> did(target, s, "SET " + s.name() + " = '" + s.value() + "'", "RESET ALL"),
          (target, s) ->
              did(target, s, "BEGIN", "SET LOCAL " + s.name() + " = '" + s.value() + "'", "COMMIT"),
          (target, s) ->
              did(target, s, "BEGIN", "SET " + s.name() + " = '" + s.value() + "'", "ROLLBACK"),
          (target, s) -> did(target, s, setConfig(s, false)),
          (target, s) -> did(target, s, setConfig(s, true)));

  private static String setConfig(Setting s, boolean local) {
    return "SELECT set_config('" + s.name() + "', '" + s.value() + "', " + local + ")";
  }

  private static String escaped(Setting s) {
    return s.value().replace(" ", "\\ ");
  }

  private static String dashed(Setting s) {
    return s.name().replace('_', '-');
  }

  private static String loggedIn(Target target, Setting setting, String... parameters)
      throws IOException {
    try (RawClient client = RawClient.connect(target)) {
      client.startup(0, parameters);
      try {
        client.authenticate();
      } catch (RawClient.ErrorReceived e) {
        return outcome(e.error());
      }
      List<String> seen = new ArrayList<>();
      seen.add(shown(client, setting));
      seen.add(shown(client, setting));
      client.send(Frontend.terminate());
      return seen.toString();
    }
  }

  private static String did(Target target, Setting setting, String... statements)
      throws IOException {
    try (RawClient client = RawClient.logIn(target)) {
      List<String> seen = new ArrayList<>();
      for (String sql : statements) {
        for (Message message : client.query(sql)) {
          seen.add(message.type() == 'E' ? outcome(message) : message.toString());
        }
      }
      seen.removeIf(message -> message.startsWith("ParameterStatus"));
      seen.add(shown(client, setting));
      client.send(Frontend.terminate());
      return seen.toString();
    }
  }

  private static String outcome(Message error) {
    return error.sqlState() + " " + error.fields().get('M');
  }

  private static String shown(RawClient client, Setting setting) throws IOException {
    List<Message> answer =
        client.query("SELECT coalesce(current_setting('%s', true), '')".formatted(setting.name()));
    for (Message message : answer) {
      if (message.type() == 'E') {
        return outcome(message);
      }
      if (message.type() == 'D') {
        return message.columns().get(0);
      }
    }
    return "nothing";
  }

  private static List<String> differences(
      TestNode node, Target direct, List<Setting> settings, List<Way> ways) throws IOException {
    List<String> differences = new ArrayList<>();
    try (RawClient watcher = RawClient.logIn(node.target())) {
      String untouched = watcher.value(SNAPSHOT);
      for (Setting setting : settings) {
        for (Way way : ways) {
          String what = setting + ", way " + WAYS.indexOf(way) + ": ";
          boolean early = WAYS.indexOf(way) < 3;
          String expected =
              early && setting.ofConnection()
                  ? "55P02 parameter \""
                      + setting.name()
                      + "\" cannot be set after connection start"
                  : way.seen(direct, setting);
          String actual = way.seen(node.target(), setting);
          if (!actual.equals(expected)) {
            differences.add(what + "expected " + expected + " but was " + actual);
          }
          String after;
          try {
            after = watcher.value(SNAPSHOT);
          } catch (RawClient.ErrorReceived e) {
            after = outcome(e.error());
          }
          if (!after.equals(untouched)) {
            differences.add(what + "the next client is met by " + after);
          }
        }
      }
    }
    return differences;
  }

  private static List<Setting> peculiar() {
    return SettingsOfServer.all().stream().filter(Setting::peculiar).toList();
  }

  @Test
  void theNextClientFindsNothingOfPeculiarSettings() throws IOException {
    assertThat(differences(ofUser, SharedPostgres.target(), peculiar(), WAYS)).isEmpty();
  }

  @Test
  void theNextClientFindsNothingOfASuperusersPeculiarSettings() throws IOException {
    Target direct = SharedPostgres.target().as("state_boss", "boss");
    assertThat(differences(ofSuperuser, direct, peculiar(), WAYS.subList(0, 5))).isEmpty();
  }

  @Test
  void theNextClientFindsNothingOfAnySetting() throws IOException {
    assertThat(differences(ofUser, SharedPostgres.target(), SettingsOfServer.all(), WAYS))
        .isEmpty();
  }

  @Test
  void theNextClientFindsNothingOfAnySettingOfASuperuser() throws IOException {
    Target direct = SharedPostgres.target().as("state_boss", "boss");
    assertThat(differences(ofSuperuser, direct, SettingsOfServer.all(), WAYS)).isEmpty();
  }
}
