package dev.heimdall.test.action;

import dev.heimdall.engine.action.ActionEvents;
import dev.heimdall.engine.action.AsyncStatement;
import dev.heimdall.engine.action.Executed;
import dev.heimdall.engine.action.RuleActions;
import dev.heimdall.engine.action.StatementOrigin;
import dev.heimdall.engine.action.Submission;
import dev.heimdall.engine.dialect.postgres.action.PostgresActions;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.WriterGuards;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.engine.sql.Basis;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.Parameter;
import dev.heimdall.engine.sql.ParsedStatement;
import dev.heimdall.engine.sql.Statement;
import dev.heimdall.launcher.postgres.PostgresServer;
import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.test.fixture.SharedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Rule actions on a database of a test's own, with all that was counted and reported. */
final class Actions implements AutoCloseable, ActionEvents {
  static final String VDB = "app";
  private final String database;
  private final RuleActions actions;
  private final Map<NodeCounter, AtomicLong> counts = new EnumMap<>(NodeCounter.class);
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  Actions(Path directory, String database, int threads, String... ddl) throws Exception {
    this(directory, database, threads, SharedPostgres.primary(), "");
    SharedPostgres.createDatabase(database);
    execute(ddl);
  }

  /** On a server of one's own, with further settings of the VDB. */
  Actions(Path directory, String database, int threads, PostgresServer server, String vdb)
      throws IOException, ConfigurationException {
    this.database = database;
    for (NodeCounter counter : NodeCounter.values()) {
      counts.put(counter, new AtomicLong());
    }
    actions =
        new RuleActions(
            directory,
            configuration(directory, server, vdb),
            new SourceLogins(),
            source -> new PostgresActions(),
            this,
            new WriterGuards(),
            threads);
  }

  static Configuration configuration(Path directory, PostgresServer server, String vdb)
      throws IOException, ConfigurationException {
    write(
        directory.resolve("sources/main.json"),
        """
        {"url": "jdbc:postgresql://%s:%d", "user": "app", "password": "app",
         "tls": {"mode": "disable"}, "connectTimeout": "1s"}
        """
            .formatted(server.host(), server.port()));
    write(
        directory.resolve("vdbs/app.json"),
        """
        {"ports": [0], "source": "main", "auth": [{"method": "trust"}] %s}
        """
            .formatted(vdb));
    write(directory.resolve("users/app.json"), "{\"password\": \"app\"}");
    return ConfigurationReader.read(directory);
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  RuleActions actions() {
    return actions;
  }

  StatementOrigin origin() {
    return origin(Map.of("TimeZone", "UTC"));
  }

  StatementOrigin origin(Map<String, String> settings) {
    return new StatementOrigin(VDB, "app", database, settings);
  }

  /** A statement on tables that are told by their names. */
  AsyncStatement statement(String sql, String... tables) {
    return statement(origin(), sql, List.of(), tables);
  }

  AsyncStatement statement(
      StatementOrigin origin, String sql, List<Parameter> parameters, String... tables) {
    return new AsyncStatement(
        origin, sql, LexerMode.STANDARD, parameters, facts(sql, false, tables));
  }

  Statement facts(String sql, boolean anything, String... tables) {
    ParsedStatement parsed = PostgresSql.DIALECT.parse(sql, LexerMode.STANDARD);
    Set<String> names = new TreeSet<>();
    Arrays.stream(tables).forEach(table -> names.add(table(table)));
    return new Statement(
        parsed,
        parsed.kind(),
        new TreeSet<>(),
        new TreeSet<>(names),
        anything,
        Basis.ANYTHING,
        null,
        false,
        "a write");
  }

  String table(String name) {
    return database + "." + name;
  }

  static Parameter text(String value) {
    return new Parameter(0, false, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  static ActionParameters.AsyncExecute queue(String name) {
    return how(name, 100, 0, true);
  }

  static ActionParameters.AsyncExecute how(
      String queue, int batchSize, int maxPollInterval, boolean lockTable) {
    return new ActionParameters.AsyncExecute(
        65536,
        batchSize,
        maxPollInterval,
        Optional.empty(),
        Optional.of(queue),
        ActionParameters.HoldUntil.IMMEDIATE,
        1,
        lockTable);
  }

  Submission submit(String queue, String sql, String... tables) {
    return actions.async().submit(statement(sql, tables), queue(queue));
  }

  static Executed end(Submission submission) throws Exception {
    return submission.executed().get(20, TimeUnit.SECONDS);
  }

  long count(NodeCounter counter) {
    return counts.get(counter).get();
  }

  Collection<String> failures() {
    return failures;
  }

  void execute(String... sql) throws SQLException {
    try (Connection connection = connect();
        java.sql.Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }

  Connection connect() throws SQLException {
    PostgresServer server = SharedPostgres.primary();
    return java.sql.DriverManager.getConnection(server.jdbcUrl(database), "app", "app");
  }

  String value(String sql) {
    return SharedPostgres.primary().queryValue(database, sql);
  }

  @Override
  public void count(NodeCounter counter, long times) {
    counts.get(counter).addAndGet(times);
  }

  @Override
  public void failed(
      String action, String what, Collection<String> tables, String sqlstate, String reason) {
    failures.add(action + " " + what + " " + tables + " " + sqlstate + " " + reason);
  }

  @Override
  public void program(String program, String end, String output) {
    failures.add(program + " " + end + " " + output.strip());
  }

  @Override
  public void close() {
    actions.close(Duration.ofSeconds(1)); // whoever closed them before has left what never ends
  }
}
