package dev.heimdall.engine.action;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.Credentials;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Secret;
import dev.heimdall.model.User;
import dev.heimdall.model.VirtualDatabase;
import java.util.Optional;

/**
 * Where and as whom a statement of the node's own is carried out.
 *
 * @param source the data source
 * @param user who logs in at the server
 * @param password that user's password, if there is one
 * @param database the database
 */
record Target(DataSource source, String user, Optional<Secret> password, String database) {
  /** The data source that a statement of this VDB goes to, by its name. */
  static Optional<DataSource> source(
      Configuration configuration, Origin origin, Optional<String> other) {
    return Optional.ofNullable(configuration.vdbs().get(origin.vdb()))
        .map(vdb -> configuration.sources().get(other.orElse(vdb.source())));
  }

  /**
   * As whom the node may act for a client: as the user that the client's own statements have, never
   * as another. Empty where that user's password is not known.
   */
  static Optional<Target> of(Configuration configuration, Origin origin, DataSource source) {
    VirtualDatabase vdb = configuration.vdbs().get(origin.vdb());
    if (vdb.credentials() == Credentials.USER) {
      return Optional.ofNullable(configuration.users().get(origin.user()))
          .map(user -> ofUser(user, source, origin))
          .filter(target -> target.password().isPresent());
    }
    if (vdb.credentials() == Credentials.PASSTHROUGH) {
      return Optional.empty();
    }
    return source
        .user()
        .map(user -> new Target(source, user, source.password(), origin.database()));
  }

  private static Target ofUser(User user, DataSource source, Origin origin) {
    return new Target(
        source,
        user.serverUser().orElse(user.name()),
        user.serverPassword().or(user::password),
        origin.database());
  }

  @Override
  public String toString() {
    return user + "@" + source.name() + "/" + database;
  }
}
