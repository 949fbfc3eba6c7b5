package dev.heimdall.launcher;

import dev.heimdall.engine.changes.ChangeTriggers;
import dev.heimdall.engine.dialect.DialectProvider;
import dev.heimdall.engine.dialect.DialectProviders;
import dev.heimdall.engine.jdbc.JdbcDrivers;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.engine.rds.ArnLookUp;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Secret;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Tables of a database that are to have triggers or none: options of several commands. */
final class TriggerPlace {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LOOK_UP = Duration.ofSeconds(10);

  @Option(
      names = "--config",
      paramLabel = ConfigurationPlace.LABEL,
      description = ConfigurationPlace.DESCRIPTION)
  private String place;

  @Mixin private RegionFactsOption facts;

  @Option(names = "--source", paramLabel = "NAME", description = "The data source.")
  private String source;

  @Option(
      names = "--database",
      paramLabel = "NAME",
      description =
          "The database. Default: those of the source's \"changes.databases\", else that of its"
              + " URL.")
  private List<String> databases = List.of();

  @Option(
      names = "--tables",
      paramLabel = "TABLE",
      split = ",",
      description = "Tables, with their schema or where the user's search_path finds them.")
  private List<String> tables = List.of();

  @Option(
      names = "--schemas",
      paramLabel = "SCHEMA",
      split = ",",
      description = "All tables of these schemas.")
  private List<String> schemas = List.of();

  @Option(
      names = "--user",
      paramLabel = "NAME",
      description =
          "Who owns the tables; the password is in PGPASSWORD. Default: the source's \"user\".")
  private String user;

  @Option(names = "--print", description = "Print the SQL, and connect to nothing.")
  private boolean print;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  boolean selectsNothing() {
    return tables.isEmpty() && schemas.isEmpty();
  }

  /** Maker of the triggers: of one engine, as no other one's databases notify. */
  static ChangeTriggers triggers() {
    return notifying().triggers().orElseThrow();
  }

  private static DialectProvider notifying() {
    DialectProviders dialects = DialectProviders.found();
    return dialects.engines().stream()
        .map(dialects::of)
        .filter(dialect -> dialect.triggers().isPresent())
        .findFirst()
        .orElseThrow();
  }

  List<String> schemas() {
    return schemas;
  }

  List<String> tables() {
    return tables;
  }

  /** Runs or prints this, in one transaction for each database. */
  int carryOut(List<String> sql, String done) throws CommandFailure {
    PrintWriter out = spec.commandLine().getOut();
    if (print) {
      out.println("BEGIN;");
      sql.forEach(one -> out.println(one + ";"));
      out.println("COMMIT;");
      return 0;
    }
    if (place == null || source == null) {
      throw new ParameterException(
          spec.commandLine(), "Where? --config and --source say it, or --print prints the SQL.");
    }
    Logging.quiet();
    DataSource of = source();
    List<String> where = databases.isEmpty() ? of.heardDatabases() : databases;
    if (where.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "Which database? The source's \"url\" names none: --database.");
    }
    for (String database : where) {
      run(of, database, sql);
      out.println(database + ": " + done);
    }
    return 0;
  }

  private DataSource source() throws CommandFailure {
    Configuration configuration;
    try (ConfigurationPlace opened = ConfigurationPlace.openToUse(place, facts.toRun())) {
      configuration = opened.read();
      if (configuration.byArn().pending().containsKey(source)) {
        ArnLookUp lookUp = ArnLookUp.of(configuration, LOOK_UP);
        if (lookUp.answers().get(source).found().isEmpty()) {
          throw new CommandFailure(
              ExitCode.STARTUP,
              "Nothing is known of \"%s\": %s."
                  .formatted(source, lookUp.answers().get(source).said()));
        }
        configuration = opened.readWith(lookUp);
      }
    }
    DataSource found = configuration.sources().get(source);
    if (found == null) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no data source \"%s\"; there is %s."
              .formatted(source, String.join(", ", configuration.sources().keySet())));
    }
    Engine notifying = notifying().engine();
    if (!found.engine().equals(notifying)) {
      throw new ParameterException(
          spec.commandLine(),
          "The engine of \"%s\" is \"%s\"; only %s notifies."
              .formatted(source, found.engine().spelling(), notifying.name()));
    }
    return found;
  }

  private void run(DataSource of, String database, List<String> sql) throws CommandFailure {
    ScheduledExecutorService upkeep = Executors.newSingleThreadScheduledExecutor();
    try (SourceLogins logins = new SourceLogins()) {
      DatabaseCredentials login = login(of, logins);
      SourceConnections connections =
          new SourceConnections(
              of,
              login,
              new Use("triggers", "heimdall changes install", 1, false, true, PATIENCE),
              upkeep,
              Thread::new);
      try (var pool = connections.onDemand(database);
          Connection connection = pool.getConnection();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        for (String one : sql) {
          statement.execute(one);
        }
        connection.commit();
      }
    } catch (SQLException e) {
      throw new CommandFailure(ExitCode.STARTUP, database + ": " + JdbcDrivers.reason(e), e);
    } finally {
      upkeep.shutdownNow();
    }
  }

  private DatabaseCredentials login(DataSource of, SourceLogins logins) {
    if (user != null) {
      return SourceLogins.written(
          user,
          Optional.ofNullable(System.getenv(of.engine().passwordVariable())).map(Secret::new));
    }
    return logins
        .of(of)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(), "As whom? The source has no \"user\": --user."));
  }
}
