package dev.heimdall.launcher;

import dev.heimdall.engine.rules.SessionFacts;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.rules.TriedStatement;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.VirtualDatabase;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code heimdall rules explain}. */
@Command(
    name = "explain",
    description =
        "Prints which rules of a virtual database match a statement, in order, why the others do"
            + " not, and what follows. No database is asked.")
final class RulesExplainCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = ConfigurationPlace.LABEL,
      required = true,
      description = ConfigurationPlace.DESCRIPTION)
  private String place;

  @Mixin private RegionFactsOption region;

  @Option(
      names = "--vdb",
      paramLabel = "NAME",
      required = true,
      description = "The virtual database.")
  private String vdb;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      defaultValue = "nobody",
      description = "The session's user. Default: ${DEFAULT-VALUE}")
  private String user;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description = "A directory group of the user; may be repeated.")
  private List<String> groups = List.of();

  @Option(
      names = "--app",
      paramLabel = "NAME",
      defaultValue = "",
      description = "What the client calls itself.")
  private String application;

  @Option(
      names = "--address",
      paramLabel = "IP",
      defaultValue = "127.0.0.1",
      converter = AddressConverter.class,
      description = "The client's address. Default: ${DEFAULT-VALUE}")
  private InetAddress address;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port that the client connects to. Default: the first of the VDB.")
  private Integer port;

  @Option(
      names = "--database",
      paramLabel = "NAME",
      description =
          "The session's database, as the client names it. Default: the VDB's only one, or the"
              + " user's name.")
  private String database;

  @Option(
      names = "--in-transaction",
      description = "The session is inside of an explicit transaction.")
  private boolean inTransaction;

  @Option(names = "--prepared", description = "The statement is a prepared one.")
  private boolean prepared;

  @Option(
      names = "--average",
      paramLabel = "MICROS",
      defaultValue = "-1",
      description = "How long the statement's pattern takes on average. Default: not known")
  private long averageMicros;

  @Parameters(paramLabel = "SQL", description = "The statement.")
  private String sql;

  @Override
  public Integer call() throws CommandFailure {
    Configuration configuration = ConfigurationPlace.read(place, region.toEdit());
    VirtualDatabase chosen = configuration.vdbs().get(vdb);
    if (chosen == null) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no virtual database \"%s\"; there is %s."
              .formatted(vdb, String.join(", ", configuration.vdbs().keySet())));
    }
    SessionFacts facts =
        new SessionFacts(
            vdb,
            TriedStatement.catalog(chosen, Optional.ofNullable(database), user),
            user,
            groups,
            application,
            address,
            port == null ? chosen.ports().get(0) : port,
            1,
            TriedStatement.foldedSchema(configuration, chosen));
    print(
        chosen,
        TriedStatement.of(
            configuration, chosen, facts, sql, inTransaction, prepared, averageMicros));
    return 0;
  }

  private void print(VirtualDatabase chosen, TriedStatement tried) {
    PrintWriter out = spec.commandLine().getOut();
    SortedSet<String> tables = tried.tables();
    out.println(
        "tables, as written and without the database's catalogue: "
            + (tables.isEmpty() ? "none" : String.join(", ", tables))
            + (tried.statement().parsed().understood()
                ? ""
                : " (the statement was not understood)"));
    out.println();
    if (chosen.rules().isEmpty()) {
      out.println("The virtual database \"%s\" has no \"rules\".".formatted(vdb));
      return;
    }
    out.print(tried.explanation().rendered());
    out.flush();
  }

  /** Addresses only: a name would be looked up. */
  static final class AddressConverter implements ITypeConverter<InetAddress> {
    @Override
    public InetAddress convert(String value) throws Exception {
      if (!value.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
        throw new TypeConversionException("'" + value + "' is not an IP address");
      }
      return InetAddress.getByName(value);
    }
  }
}
