package dev.heimdall.launcher.moving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.engine.cluster.LiveServer;
import dev.heimdall.engine.cluster.ServerInterview;
import dev.heimdall.engine.dialect.DialectProviders;
import dev.heimdall.engine.jdbc.SourceConnections;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.engine.jdbc.Use;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Secret;
import dev.heimdall.model.ServerAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** A configuration for a server that runs already. */
public final class Generated {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Generated() {}

  /**
   * Settings of the server from the user.
   *
   * @param name of the data source and the virtual database
   * @param database to look into; empty for one that every server has
   * @param tls the {@code tls.mode} towards it; empty for the usual one
   * @param replicas whether those that the server names are taken over, too: they are logged in to
   *     with the same password
   * @param listen the node's port
   * @param certificate of the node, towards clients
   */
  public record Options(
      Engine engine,
      String name,
      ServerAddress server,
      String user,
      Optional<Secret> password,
      Optional<String> database,
      Optional<String> tls,
      boolean replicas,
      int listen,
      Optional<Certificate> certificate) {}

  /** Files in PEM. */
  public record Certificate(Path file, Path key) {}

  /**
   * Asks the server.
   *
   * @throws CommandFailure if it cannot be reached, or does not let the user in
   */
  public static Imported of(Options wishes) throws CommandFailure {
    Notes notes = new Notes();
    LiveServer live;
    ScheduledExecutorService upkeep = Executors.newSingleThreadScheduledExecutor();
    try {
      ServerInterview.Access access = server -> connect(wishes, server, upkeep);
      live =
          ask(
              wishes.engine(),
              new ServerInterview.Place(wishes.server(), access, wishes.replicas()),
              notes);
    } finally {
      upkeep.shutdownNow();
    }
    Documents documents = new Documents();
    List<ServerAddress> servers = new ArrayList<>(List.of(wishes.server()));
    servers.addAll(live.replicas());
    source(documents.source(wishes.name()), wishes, servers);
    certificate(documents, wishes);
    LiveDocuments.of(live, documents, wishes.name(), wishes.listen(), notes);
    boolean unread =
        live.logins().stream()
            .filter(login -> login.name().equals(wishes.user()))
            .findFirst()
            .map(login -> login.left().isEmpty() && login.verifier().isEmpty())
            .orElse(live.logins().isEmpty());
    if (unread && Documents.namesUser(wishes.user())) {
      wishes
          .password()
          .ifPresent(password -> documents.user(wishes.user()).put("password", password.value()));
    }
    notes.say(
        "where clients come from was not asked for (pg_hba.conf, hosts of accounts): `auth` of the"
            + " virtual database lets them in from everywhere");
    if (wishes.certificate().isEmpty() && wishes.engine().needsCertificate()) {
      notes.say(
          "the node makes its own certificate, which clients cannot verify"
              + " (trustServerCertificate=true): --certificate and --key name one of yours");
    }
    notes.say(
        "nobody may use the node's console yet: \"admin\": true in a user's document lets him");
    return new Imported(documents, notes);
  }

  private static void certificate(Documents documents, Options wishes) {
    if (wishes.certificate().isPresent()) {
      Certificate files = wishes.certificate().get();
      documents
          .vdb(wishes.name())
          .putObject("tls")
          .put("certificateFile", files.file().toString())
          .put("keyFile", files.key().toString());
    } else if (wishes.engine().needsCertificate()) {
      documents.vdb(wishes.name()).putObject("tls").put("selfSigned", true);
    }
  }

  private static LiveServer ask(Engine engine, ServerInterview.Place place, Notes notes)
      throws CommandFailure {
    try (Connection connection = place.access().connect(place.address())) {
      return DialectProviders.found()
          .of(engine)
          .interview()
          .orElseThrow()
          .all(place, connection, notes::say);
    } catch (SQLException e) {
      throw new CommandFailure(
          ExitCode.STARTUP, place.address() + ": " + e.getMessage().strip(), e);
    }
  }

  private static void source(ObjectNode source, Options wishes, List<ServerAddress> servers) {
    String database = wishes.database().or(wishes.engine()::firstDatabase).orElse("");
    source.put(
        "url",
        wishes
            .engine()
            .url(
                String.join(",", servers.stream().map(ServerAddress::toString).toList()),
                database));
    source.put("user", wishes.user());
    wishes.password().ifPresent(password -> source.put("password", password.value()));
    wishes.tls().ifPresent(mode -> source.putObject("tls").put("mode", mode));
  }

  /** As a node would connect, which decides on TLS and on methods of log-in. */
  private static Connection connect(
      Options wishes, ServerAddress server, ScheduledExecutorService upkeep) throws SQLException {
    Documents documents = new Documents();
    source(documents.source(wishes.name()), wishes, List.of(server));
    // A configuration has one at least.
    documents.vdb(wishes.name()).put("source", wishes.name()).putArray("ports").add(0);
    certificate(documents, wishes);
    DataSource source;
    try {
      source = documents.read().sources().get(wishes.name());
    } catch (IOException | ConfigurationException e) {
      throw new SQLException(e.getMessage(), e);
    }
    SourceConnections connections =
        new SourceConnections(
            source,
            SourceLogins.written(wishes.user(), wishes.password()),
            new Use("generate", "heimdall generate", 1, true, true, PATIENCE),
            upkeep,
            Thread::new);
    return connections.unpooled(source.database().orElse("")).getConnection();
  }
}
