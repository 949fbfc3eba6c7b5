package dev.heimdall.test.suites;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.heimdall.test.fixture.MysqlNode;
import dev.heimdall.test.fixture.TestConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The regression tests of MariaDB and MySQL through a node. What a test prints there must be what
 * it prints at the same time on a direct connection to another server of the same kind;
 * docs/differences.md lists those that do not.
 *
 * <p>{@code -Dregression.suite} takes one of {@link SqlSuite} alone, {@code -Dregression.tests}
 * runs those alone whose names match, {@code -Dregression.protocol} with another protocol of the
 * client ({@code ps}, {@code cursor}, {@code sp}, {@code view}), {@code -Dregression.session=true}
 * in session mode, {@code -Dregression.part=2/3} every third test from the second on, {@code
 * -Dregression.minutes} for another time than half an hour; what differs is kept below
 * target/regression.
 */
@Tag("long")
class MysqlRegressionIT {
  private static final long MINUTES = Long.getLong("regression.minutes", 30);

  /** Where the clients of the tests log in as root, without a password, and as whom they name. */
  private static final List<Object> EVERYBODY = List.of(Map.of("method", "trust"));

  private final List<String> users = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 3, unit = TimeUnit.HOURS)
  void everyTestEndsAsItDoesDirectly(SqlSuite suite) throws IOException {
    assumeThat(System.getProperty("regression.suite", suite.name())).isEqualTo(suite.name());
    suite.install();
    PoolingMode mode =
        Boolean.getBoolean("regression.session") ? PoolingMode.SESSION : PoolingMode.TRANSACTION;
    long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
    Path place = Path.of("target/regression", suite + "-" + ProcessHandle.current().pid());
    place = Files.createDirectories(place.toAbsolutePath());
    Path home = suite.copy(place.resolve("suite"));
    Map<String, String> differing = new TreeMap<>();
    Map<ScriptOutcome.Kind, Integer> kinds = new TreeMap<>();
    List<String> judged = new ArrayList<>();
    try (FreshServer direct = new FreshServer(suite);
        FreshServer behind = new FreshServer(suite);
        MysqlNode node = node(behind, mode)) {
      for (String script : suite.scripts()) {
        String name = SqlSuite.name(script);
        if (System.nanoTime() > until) {
          break;
        }
        logIn(node, suite.users(script));
        ScriptOutcome outcome = null;
        // Once more where it differs: plans and waits depend on the time that things take.
        for (int i = 0; i < 2 && (outcome == null || outcome.kind().differs()); i++) {
          outcome = outcome(suite, home, script, direct, behind, node.target().port());
          direct.clean();
          behind.clean();
          node.admin("RECONNECT");
        }
        kinds.merge(outcome.kind(), 1, Integer::sum);
        System.out.println(name + ": " + outcome.kind());
        if (!outcome.kind().saysNothing()) {
          judged.add(name);
        }
        if (outcome.kind().differs()) {
          differing.put(name, outcome.firstDifference());
          keep(place.resolve(name + ".direct"), outcome.direct());
          keep(place.resolve(name + ".node"), outcome.node());
        }
      }
    } finally {
      delete(place.resolve("suite"));
    }
    System.out.println(suite + " " + kinds);
    assertThat(ListedDifferences.of(suite.title()).among(judged).against(mode, differing))
        .isEmpty();
  }

  private static MysqlNode node(FreshServer behind, PoolingMode mode) {
    return MysqlNode.start(
        behind.cluster(),
        configuration -> {
          mode.into(configuration);
          configuration.source("url", behind.server().jdbcUrl("test"));
          configuration.source("user", behind.cluster().superuser());
          configuration.source("password", behind.cluster().password());
          configuration.source("credentials.recheck", "0s");
          configuration.vdb("credentials", "passthrough");
          configuration.vdb("auth", EVERYBODY);
          configuration.vdb("pool.size", 20);
          configuration.vdb("clients.localInfile", true);
          configuration.without("users/app.json").without("users/other.json");
          configuration.user("root", "admin", false);
        });
  }

  /** Whom the node is to let in next, and with which passwords at the server. */
  private void logIn(MysqlNode node, Map<String, String> passwords) {
    if (passwords.isEmpty()) {
      return;
    }
    node.change(
        configuration -> {
          users.forEach(user -> configuration.without("users/" + user + ".json"));
          users.clear();
          passwords.forEach((user, password) -> user(configuration, user, password));
          users.addAll(passwords.keySet());
        });
  }

  private static void user(TestConfiguration configuration, String user, String password) {
    configuration.user(user, "admin", false);
    if (!password.isEmpty()) {
      configuration.user(user, "password", password);
    }
  }

  private static ScriptOutcome outcome(
      SqlSuite suite, Path home, String script, FreshServer direct, FreshServer behind, int port)
      throws IOException {
    Path files = home.resolveSibling("files");
    try {
      CompletableFuture<ScriptRun> there =
          CompletableFuture.supplyAsync(
              () ->
                  ScriptRun.of(
                      suite,
                      home,
                      script,
                      direct.server().port(),
                      direct.server(),
                      files.resolve("direct")));
      ScriptRun here =
          ScriptRun.of(suite, home, script, port, behind.server(), files.resolve("node"));
      return new ScriptOutcome(there.join(), here);
    } finally {
      delete(files);
    }
  }

  private static void keep(Path file, ScriptRun run) throws IOException {
    Files.writeString(file, run.printed(), StandardCharsets.ISO_8859_1);
  }

  private static void delete(Path place) throws IOException {
    if (Files.exists(place)) {
      try (Stream<Path> tree = Files.walk(place)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }
}
