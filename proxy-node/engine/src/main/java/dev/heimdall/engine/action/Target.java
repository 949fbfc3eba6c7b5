package dev.heimdall.engine.action;

import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Secret;
import dev.heimdall.model.User;
import dev.heimdall.model.VirtualDatabase;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.util.Optional;

/**
 * Destination and login for a statement of the node's own.
 *
 * @param source the data source
 * @param login as whom
 * @param database the database
 */
record Target(DataSource source, DatabaseCredentials login, String database) {
  /** The data source that a statement of this VDB goes to, by its name. */
  static Optional<DataSource> source(
      Configuration configuration, StatementOrigin origin, Optional<String> other) {
    return Optional.ofNullable(configuration.vdbs().get(origin.vdb()))
        .map(vdb -> configuration.sources().get(other.orElse(vdb.source())));
  }

  /**
   * As whom the node may act for a client: as the user that the client's own statements have, never
   * as another. Empty where that user's password is not known.
   */
  static Optional<Target> of(
      Configuration configuration, SourceLogins logins, StatementOrigin origin, DataSource source) {
    VirtualDatabase vdb = configuration.vdbs().get(origin.vdb());
    if (vdb.credentials() == Credentials.USER) {
      return Optional.ofNullable(configuration.users().get(origin.user()))
          .filter(user -> password(user).isPresent())
          .map(user -> ofUser(user, source, origin));
    }
    if (vdb.credentials() == Credentials.PASSTHROUGH) {
      return Optional.empty();
    }
    return logins.of(source).map(login -> new Target(source, login, origin.database()));
  }

  private static Target ofUser(User user, DataSource source, StatementOrigin origin) {
    String name = user.serverUser().orElse(user.name());
    return new Target(source, SourceLogins.written(name, password(user)), origin.database());
  }

  private static Optional<Secret> password(User user) {
    return user.serverPassword().or(user::password);
  }

  @Override
  public String toString() {
    return login.name() + "@" + source.name() + "/" + database;
  }
}
