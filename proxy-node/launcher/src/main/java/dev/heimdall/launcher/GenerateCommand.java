package dev.heimdall.launcher;

import dev.heimdall.launcher.moving.Generated;
import dev.heimdall.launcher.moving.Imported;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Format;
import dev.heimdall.model.Secret;
import dev.heimdall.model.ServerAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall generate}. */
@Command(
    name = "generate",
    description = {
      "Asks a server what databases, users, limits and replicas it has, and writes the documents"
          + " of a configuration for it. The server is only read.",
      "The password is in PGPASSWORD, MYSQL_PWD or SQLCMDPASSWORD, or is asked for on a terminal."
    })
final class GenerateCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Mixin private OutputOption output;

  @Spec private CommandSpec spec;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      required = true,
      description = "The server: the primary where it has replicas.")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Default: 5432, 3306 with --engine=mysql, or 1433 with --engine=sqlserver.")
  private Integer port;

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description =
          "postgresql, sqlserver, or mysql, which stands for MariaDB, too. Default: mysql with port"
              + " 3306, sqlserver with port 1433, else postgresql.")
  private String engine;

  @Option(
      names = "--user",
      paramLabel = "USER",
      required = true,
      description =
          "Who asks, and as whom nodes will look after the server. Passwords' verifiers need a"
              + " superuser.")
  private String user;

  @Option(
      names = "--database",
      paramLabel = "NAME",
      description = "Where to log in. Default: postgres; none for MySQL and SQL Server.")
  private String database;

  @Option(
      names = "--tls",
      paramLabel = "MODE",
      description = "disable, prefer, require, verify-ca or verify-full. Default: as for nodes.")
  private String tls;

  @Option(
      names = "--replicas",
      description =
          "Take over the replicas that the server names. They are logged in to with the same"
              + " password, now and by nodes.")
  private boolean replicas;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "main",
      description = "Of the data source and the virtual database. Default: ${DEFAULT-VALUE}.")
  private String name;

  @Option(
      names = "--listen",
      paramLabel = "PORT",
      defaultValue = "5050",
      description = "Where the node will listen. Default: ${DEFAULT-VALUE}.")
  private int listen;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description =
          "A certificate with its chain (PEM), at the same path on nodes, for TLS with clients."
              + " Without it, a node in front of SQL Server makes one.")
  private Path certificate;

  @Option(names = "--key", paramLabel = "FILE", description = "Its key (PKCS #8 PEM).")
  private Path key;

  @Override
  public Integer call() throws CommandFailure {
    Logging.quiet();
    if (!Format.NAME.accepts(name)) {
      throw new ParameterException(
          spec.commandLine(),
          "--name: got \"" + name + "\", expected " + Format.NAME.expected() + ".");
    }
    Engine spoken = engine();
    Imported made =
        Generated.of(
            new Generated.Options(
                spoken,
                name,
                new ServerAddress(host, port != null ? port : spoken.port()),
                user,
                password(spoken),
                Optional.ofNullable(database),
                Optional.ofNullable(tls),
                replicas,
                listen,
                certificate()));
    output.write(made);
    return 0;
  }

  private Optional<Generated.Certificate> certificate() {
    if ((certificate == null) != (key == null)) {
      throw new ParameterException(
          spec.commandLine(), "--certificate and --key: got one of them, expected both or none.");
    }
    return Optional.ofNullable(certificate)
        .map(file -> new Generated.Certificate(file.toAbsolutePath(), key.toAbsolutePath()));
  }

  private Engine engine() {
    if (engine == null) {
      return Engine.all().stream()
          .filter(one -> port != null && port == one.port())
          .findFirst()
          .orElse(Engine.usual());
    }
    return Engine.spelled(engine)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--engine: got \"%s\", expected %s."
                        .formatted(
                            engine,
                            Engine.all().stream()
                                .map(one -> '"' + one.spelling() + '"')
                                .collect(Collectors.joining(" or ")))));
  }

  private static Optional<Secret> password(Engine engine) {
    String given = System.getenv(engine.passwordVariable());
    if (given == null && System.console() != null) {
      char[] typed = System.console().readPassword("Password: ");
      given = typed == null || typed.length == 0 ? null : new String(typed);
    }
    return Optional.ofNullable(given).map(Secret::new);
  }
}
