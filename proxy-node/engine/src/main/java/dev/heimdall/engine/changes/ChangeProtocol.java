package dev.heimdall.engine.changes;

import dev.heimdall.engine.catalog.Catalogue;
import dev.heimdall.model.DataSource;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.util.List;
import java.util.function.Function;

/** Ways of listening to servers of one engine. */
public interface ChangeProtocol {
  /** For engines that are not listened to. */
  ChangeProtocol NONE = (source, listener, catalogues) -> List.of();

  /**
   * One way to listen.
   *
   * @param way what operators call it
   * @param database whose writes are heard; empty for all of them
   */
  record Way(String way, String database, ChangeReader.Opening opening) {}

  /**
   * All ways that the data source's settings want.
   *
   * @param listener as whom to log in
   * @param catalogues what is known of a database of the source, by its name
   */
  List<Way> ways(
      DataSource source, DatabaseCredentials listener, Function<String, Catalogue> catalogues);
}
