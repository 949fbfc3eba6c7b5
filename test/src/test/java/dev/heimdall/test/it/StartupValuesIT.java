package dev.heimdall.test.it;

import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.statement;
import static dev.heimdall.test.fixture.Frontend.sync;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.SharedPostgres;
import dev.heimdall.test.fixture.Target;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What goes back to its start goes back to what the client began with, as on a direct connection.
 */
class StartupValuesIT extends EachNodeKind {
  private static final String[] START = {
    "TimeZone",
    "Asia/Tokyo",
    "application_name",
    "beginner",
    "options",
    "-c work_mem=5MB -c my.own=first -c search_path=own,\\ \"Two\""
  };

  /** Simple queries one after the other, each answered before the next. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET TimeZone TO 'Europe/Rome' | RESET TimeZone | SHOW TimeZone",
        "SET TimeZone TO 'Europe/Rome' | RESET TimeZone; SHOW TimeZone",
        "SET work_mem TO '7MB'; SET work_mem TO DEFAULT; SHOW work_mem | SHOW work_mem",
        "SET my.own TO 'second'; RESET ALL; SELECT current_setting('my.own'), current_setting('work_mem')",
        "BEGIN | SET TimeZone TO 'Europe/Rome' | RESET TimeZone | SHOW TimeZone | COMMIT | SHOW TimeZone",
        "BEGIN; SET TimeZone TO 'Europe/Rome' | RESET TimeZone; SHOW TimeZone | ROLLBACK | SHOW TimeZone",
        "BEGIN | SET LOCAL TimeZone TO DEFAULT | SHOW TimeZone | COMMIT | SHOW TimeZone",
        "SET work_mem TO '7MB' | SELECT set_config('work_mem', NULL, false) | SHOW work_mem",
        "SET work_mem TO '7MB' | BEGIN | SELECT set_config('work_mem', NULL, true) | SHOW work_mem | COMMIT | SHOW work_mem",
        "SET work_mem TO '7MB' | BEGIN | RESET ALL | SHOW work_mem | SHOW TimeZone | COMMIT",
        "SET application_name TO 'other' | RESET application_name | SHOW application_name",
        "RESET ALL /* over */ -- so\n;; SET search_path TO DEFAULT -- last | SHOW search_path",
        "RESET TimeZone; SELECT ö, nothing",
        "SELECT 'ö'; RESET ALL; SELECT nothing; RESET work_mem",
        "RESET ALL; SELECT FROM; SHOW x x",
        "SET nothing TO DEFAULT",
        "BEGIN; RESET ALL; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SHOW work_mem | COMMIT",
        "BEGIN | SELECT 1/0 | RESET ALL | ROLLBACK | SHOW work_mem",
        "SET work_mem TO '7MB' | BEGIN | RESET work_mem | ROLLBACK | SHOW work_mem",
        "SET work_mem TO '7MB' | BEGIN | SAVEPOINT s | RESET ALL | ROLLBACK TO s | SHOW work_mem | COMMIT",
        "PREPARE p AS SELECT 7, $1::int | EXECUTE p(1) | EXECUTE p(x) | SELECT 1; EXECUTE p(x)",
        "SET work_mem TO '7MB'; BEGIN; SET LOCAL work_mem TO DEFAULT; SHOW work_mem; COMMIT; SHOW work_mem",
        "SET LOCAL TIME ZONE 'UTC'; SET LOCAL TIME ZONE LOCAL; SHOW TimeZone",
        "SET TIME ZONE 'UTC'; SET TIME ZONE DEFAULT; SHOW TimeZone; SELECT 2",
        "SET client_encoding TO 'LATIN1' | SET NAMES DEFAULT; SHOW client_encoding",
        "SET search_path TO pg_catalog | RESET search_path; SHOW search_path",
      })
  void simpleQueries(String script) throws IOException {
    same(
        script,
        client -> {
          for (String sql : script.split(" \\| ")) {
            client.query(sql);
          }
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET TimeZone TO 'Europe/Rome' | RESET TimeZone | SHOW TimeZone",
        "SET work_mem TO '7MB' | RESET ALL | SHOW work_mem | SHOW TimeZone",
        "BEGIN | SET work_mem TO '7MB' | SET work_mem TO DEFAULT | SHOW work_mem | COMMIT",
        "SET work_mem TO '7MB' | SELECT set_config('work_mem', null, false) | SHOW work_mem",
        "BEGIN | SET LOCAL work_mem TO DEFAULT | SHOW work_mem | COMMIT | SHOW work_mem",
        "RESET ALL | SELECT 1/0 | SHOW work_mem",
      })
  void oneBatch(String script) throws IOException {
    same(
        script,
        client -> {
          for (String sql : script.split(" \\| ")) {
            client.send(statement(sql));
          }
          client.send(sync());
          client.untilReady();
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SET TimeZone TO 'Europe/Rome' | RESET TimeZone | SHOW TimeZone",
        "SET work_mem TO '7MB' | RESET ALL | SHOW work_mem | SHOW TimeZone",
        "BEGIN | SET work_mem TO '7MB' | SET work_mem TO DEFAULT | SHOW work_mem | COMMIT",
      })
  void pipelined(String script) throws IOException {
    same(
        script,
        client -> {
          List<byte[]> all = new ArrayList<>();
          for (String sql : script.split(" \\| ")) {
            all.add(query(sql));
          }
          client.send(Frontend.all(all.toArray(byte[][]::new)));
          for (int i = 0; i < all.size(); i++) {
            client.untilReady();
          }
        });
  }

  private interface Scene {
    void play(RawClient client) throws IOException;
  }

  private void same(String script, Scene scene) throws IOException {
    assertThat(transcript(target(), scene))
        .as(script)
        .isEqualTo(transcript(SharedPostgres.target(), scene));
  }

  private static List<String> transcript(Target target, Scene scene) throws IOException {
    try (RawClient client = RawClient.logIn(target, START)) {
      List<String> transcript = client.record();
      scene.play(client);
      client.send(Frontend.terminate());
      return transcript;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ALTER DATABASE app", "ALTER ROLE app", "ALTER USER app IN DATABASE app"})
  void newDefaultsReachWhoLogsInAfterwards(String altered) throws IOException {
    try (RawClient client = RawClient.logIn(target())) {
      client.query("SELECT 1");
      try {
        client.query("BEGIN; " + altered + " SET lock_timeout TO '4321s'; SELECT 1");
        try (RawClient uncommitted = RawClient.logIn(target())) {
          assertThat(uncommitted.value("SHOW lock_timeout")).isEqualTo("0");
        }
        client.query("COMMIT");
        try (RawClient later = RawClient.logIn(target())) {
          assertThat(later.value("SHOW lock_timeout")).isEqualTo("4321s");
        }
      } finally {
        client.query("ROLLBACK; " + altered + " RESET lock_timeout");
      }
      try (RawClient later = RawClient.logIn(target())) {
        assertThat(later.value("SHOW lock_timeout")).isEqualTo("0");
      }
    }
  }

  @Test
  void newDefaultsReachWhoLogsInThroughAnotherDataSourceOfTheServer() throws IOException {
    try (TestNode two =
            TestNode.start(
                c ->
                    c.source("second", "url", SharedPostgres.primary().jdbcUrl("app"))
                        .source("second", "user", "app")
                        .source("second", "password", "app")
                        .vdb("second", "address", "127.0.0.1")
                        .vdb("second", "ports", List.of(0))
                        .vdb("second", "source", "second"));
        RawClient client = RawClient.logIn(two.target())) {
      Target second = two.target("second");
      try (RawClient before = RawClient.logIn(second)) {
        assertThat(before.value("SHOW lock_timeout")).isEqualTo("0");
      }
      try {
        client.query("ALTER ROLE app SET lock_timeout TO '4321s'");
        try (RawClient later = RawClient.logIn(second)) {
          assertThat(later.value("SHOW lock_timeout")).isEqualTo("4321s");
        }
      } finally {
        client.query("ALTER ROLE app RESET lock_timeout");
      }
      try (RawClient later = RawClient.logIn(second)) {
        assertThat(later.value("SHOW lock_timeout")).isEqualTo("0");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ALTER DATABASE app", "ALTER ROLE app"})
  void whatServersReportIsToldAnewWhenDefaultsHaveChanged(String altered) throws IOException {
    try (RawClient client = RawClient.logIn(target())) {
      String zone = client.parameters().get("TimeZone");
      try {
        client.query(altered + " SET TimeZone TO 'Asia/Kolkata'");
        try (RawClient later = RawClient.logIn(target())) {
          assertThat(later.parameters()).containsEntry("TimeZone", "Asia/Kolkata");
          assertThat(later.value("SHOW TimeZone")).isEqualTo("Asia/Kolkata");
        }
      } finally {
        client.query(altered + " RESET TimeZone");
      }
      try (RawClient later = RawClient.logIn(target())) {
        assertThat(later.parameters()).containsEntry("TimeZone", zone);
      }
    }
  }
}
