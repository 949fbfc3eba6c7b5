package dev.heimdall.test.suites;

import dev.heimdall.launcher.mysql.MysqlCluster;
import dev.heimdall.test.fixture.MysqlRelease;
import dev.heimdall.test.fixture.Toolchain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The regression tests that come with MariaDB and with MySQL, and the client that runs them. */
enum SqlSuite {
  MARIADB(
      "MariaDB's regression tests",
      MysqlRelease.MARIADB_NEW,
      "mariadb-suite",
      "bin/mariadb-test",
      "share/mariadb/mariadb-test",
      List.of("main", "suite/sql_sequence", "suite/handler"),
      List.of("--skip-ssl", "--disable-ssl-verify-server-cert")) {
    @Override
    MysqlCluster.Builder with(MysqlCluster.Builder cluster) {
      return cluster
          .option("collation-server", "utf8mb4_uca1400_ai_ci")
          .option("default-storage-engine", "myisam")
          .option("max-heap-table-size", "1M")
          .option("sort-buffer-size", "256K")
          .option("binlog-direct-non-transactional-updates", "ON");
    }
  },

  MYSQL(
      "MySQL's regression tests",
      MysqlRelease.MYSQL,
      "mysql-suite",
      "lib/mysql-test/bin/mysqltest",
      "lib/mysql-test",
      List.of("t"),
      List.of("--ssl-mode=DISABLED", "--get-server-public-key")) {
    @Override
    MysqlCluster.Builder with(MysqlCluster.Builder cluster) {
      return cluster.option("performance-schema", "ON").option("innodb-buffer-pool-size", "24M");
    }
  };

  /** What a node has to do with. */
  private static final Pattern FAMILIES =
      Pattern.compile(
          "(auto_inc|cte_|with_|delete|insert|errors|explain|flush|get_diag|group_by|handler|having|kill|last_|limit"
              + "|lock|null|multi_|order_by|prepare|ps|select|sequence|next|create|signal|sp|temp_table|trans|commit"
              + "|implicit|trigger|truncate|union|update|user_|variables|view|warnings|win|xa|information_schema"
              + "|type_date|type_time|func_(str|time|math|group|in|if|misc)).*");

  /** About the server's files and processes, or about plans alone, and what takes long. */
  private static final Pattern LEFT_OUT =
      Pattern.compile(
          ".*(mysqldump|mysqlbinlog|upgrade|rpl|debug|wsrep|galera|restart|crash|shutdown|bootstrap|plugin|keyring"
              + "|ssl|clone|huge|big|stress|long_|sync|not_embedded_server|binlog|json_(all|none)|_bka|hypergraph"
              + "|grant_|slow|_icp|_mrr|_all|_none|no_prot).*");

  /** Whom a connection under a name logs in as, or changes to, and with which password. */
  private static final Pattern LOG_IN =
      Pattern.compile(
          "(?:connect *\\(? *[\\w$]+ *, *[\"'`]?[\\w.]*[\"'`]? *,|change_user)"
              + " *[\"'`]?([^\\W\\d]\\w*)[\"'`]? *(?:, *[\"'`]?(\\w*))?",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern INCLUDED = Pattern.compile("source +(\\S+\\.inc)");

  private final String title;
  private final MysqlRelease release;
  private final String toolchain;
  private final String program;
  private final String tests;
  private final List<String> folders;
  private final List<String> words;

  SqlSuite(
      String title,
      MysqlRelease release,
      String toolchain,
      String program,
      String tests,
      List<String> folders,
      List<String> words) {
    this.title = title;
    this.release = release;
    this.toolchain = toolchain;
    this.program = program;
    this.tests = tests;
    this.folders = folders;
    this.words = words;
  }

  /** As docs/differences.md calls it. */
  String title() {
    return title;
  }

  void install() {
    Toolchain.need(toolchain, title);
  }

  /** The folder from which tests include each other. */
  Path home() {
    return root().resolve(tests);
  }

  /**
   * The same folder, by links, where tests do not wait for connections to leave the server, which
   * stay in a pool, and wait only so long for what a pool hides.
   */
  Path copy(Path place) throws IOException {
    Path include = Files.createDirectories(place).resolve("include");
    Files.createDirectory(include);
    links(home(), place);
    links(home().resolve("include"), include);
    for (String waits : List.of("wait_until_count_sessions.inc", "wait_until_disconnected.inc")) {
      Files.delete(include.resolve(waits));
      Files.writeString(include.resolve(waits), "");
    }
    Path waits = include.resolve("wait_condition.inc");
    String text = Files.readString(waits);
    Files.delete(waits);
    Files.writeString(
        waits,
        text.replaceAll("\\$wait_counter= *300;", "\\$wait_counter= 70;")
            .replaceAll("\\$wait_timeout \\* 10", "70"));
    return place;
  }

  private static void links(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Path link = to.resolve(file.getFileName());
        if (!Files.exists(link)) {
          Files.createSymbolicLink(link, file);
        }
      }
    }
  }

  Path root() {
    try {
      return Toolchain.built(toolchain).toRealPath().resolve("root/usr");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A program of the suite with its first words. */
  List<String> run(String name) {
    return List.of(root().getParent().resolveSibling("run").toString(), name, "--no-defaults");
  }

  /** The client that runs tests. */
  List<String> client() {
    List<String> all = new ArrayList<>(run(program));
    all.addAll(words);
    return all;
  }

  /** Names of tests below {@link #home}, without their ending. */
  List<String> scripts() {
    String asked = System.getProperty("regression.tests");
    Pattern wanted = asked == null ? FAMILIES : Pattern.compile(asked);
    List<String> found = new ArrayList<>();
    for (String folder : folders) {
      try (Stream<Path> files = Files.walk(home().resolve(folder))) {
        files
            .map(file -> home().relativize(file).toString())
            .filter(file -> file.endsWith(".test"))
            .map(file -> file.substring(0, file.length() - ".test".length()))
            .filter(file -> wanted.matcher(name(file)).matches())
            .filter(file -> asked != null || !LEFT_OUT.matcher(name(file)).matches())
            .sorted()
            .forEach(found::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    String[] part = System.getProperty("regression.part", "1/1").split("/");
    int parts = Integer.parseInt(part[1]);
    int first = Integer.parseInt(part[0]) - 1;
    return IntStream.range(0, found.size())
        .filter(i -> i % parts == first)
        .mapToObj(found::get)
        .toList();
  }

  /** Whom, but for root, a test has clients log in as, each with the password or none. */
  Map<String, String> users(String script) {
    try {
      Map<String, String> found = new TreeMap<>();
      List<Path> files = new ArrayList<>(List.of(home().resolve(script + ".test")));
      for (int i = 0; i < files.size(); i++) {
        String text = Files.readString(files.get(i), StandardCharsets.ISO_8859_1);
        for (MatchResult logIn : LOG_IN.matcher(text).results().toList()) {
          String password = Objects.requireNonNullElse(logIn.group(2), "");
          if (!logIn.group(1).equals("root")) {
            found.merge(logIn.group(1), password, (one, other) -> one.isEmpty() ? other : one);
          }
        }
        for (MatchResult source : INCLUDED.matcher(text).results().toList()) {
          Path file = home().resolve(source.group(1));
          if (Files.exists(file) && !files.contains(file)) {
            files.add(file);
          }
        }
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String name(String script) {
    return script.substring(script.lastIndexOf('/') + 1);
  }

  /** As its own driver starts servers, but for what would be told apart by nothing of a node. */
  MysqlCluster.Builder cluster() {
    return with(MysqlCluster.of(release.programs()))
        .option("skip-name-resolve", "OFF")
        .option("log-bin-trust-function-creators", "1")
        .option("local-infile", "ON")
        .option("secure-file-priv", "")
        .option("connect-timeout", "60")
        .option("max-connections", "151")
        .option("max-allowed-packet", "16M")
        // Of which a machine has only so much: more of them can run at a time.
        .option("innodb-use-native-aio", "OFF")
        .atStart(
            "CREATE USER IF NOT EXISTS root@localhost",
            "GRANT ALL ON *.* TO root@localhost WITH GRANT OPTION",
            "CREATE DATABASE IF NOT EXISTS test",
            "CREATE DATABASE IF NOT EXISTS mtr",
            "DROP PROCEDURE IF EXISTS mtr.add_suppression",
            "CREATE PROCEDURE mtr.add_suppression(pattern VARCHAR(255)) SET pattern = NULL");
  }

  /** Options of the one alone. */
  abstract MysqlCluster.Builder with(MysqlCluster.Builder cluster);
}
