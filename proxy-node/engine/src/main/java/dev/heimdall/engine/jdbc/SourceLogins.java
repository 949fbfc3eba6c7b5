package dev.heimdall.engine.jdbc;

import dev.heimdall.model.DataSource;
import dev.heimdall.model.Secret;
import dev.heimdall.model.SourceCredentials;
import dev.heimdall.secrets.credentials.CredentialSources;
import dev.heimdall.secrets.credentials.DatabaseCredentials;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * As whom the node logs in at its data sources on its own account: the same credentials for
 * everybody who asks, so that what AWS keeps is read once. Thread-safe.
 */
public final class SourceLogins implements AutoCloseable {
  private final CredentialSources aws = new CredentialSources();
  private final Map<Kept, DatabaseCredentials> kept = new HashMap<>();

  /** Writing region, by the name of the source. */
  private final Map<String, String> writing = new ConcurrentHashMap<>();

  /** Key of credentials kept by AWS: equal keys have the same credentials. */
  private record Kept(
      String source,
      Optional<String> secret,
      Optional<String> user,
      Optional<String> region,
      Optional<String> endpoint,
      Duration refresh) {}

  /**
   * Sets the writing region of the global cluster that a source is: the name of its writer endpoint
   * does not contain it, and IAM tokens are signed for a region.
   */
  public void writes(DataSource source, String region) {
    writing.put(source.name(), region);
  }

  /** As whom a source itself says to log in, if it does. */
  public Optional<DatabaseCredentials> of(DataSource source) {
    if (source.credentials().kept()) {
      return Optional.of(kept(source));
    }
    return source.user().map(user -> written(user, source.password()));
  }

  /** As whom the catalogue is read, if it is to be read and anybody is known who could. */
  public Optional<DatabaseCredentials> ofCatalogue(DataSource source) {
    if (!source.catalog().enabled()) {
      return Optional.empty();
    }
    return source
        .catalog()
        .user()
        .map(user -> written(user, source.catalog().password()))
        .or(() -> of(source));
  }

  /** As whom the servers of a cluster are asked what they are. */
  public Optional<DatabaseCredentials> ofProbes(DataSource source) {
    return source
        .cluster()
        .probe()
        .user()
        .map(user -> written(user, source.cluster().probe().password()))
        .or(() -> of(source));
  }

  /** As whom its writes past the nodes are heard. */
  public Optional<DatabaseCredentials> ofChanges(DataSource source) {
    return source
        .changes()
        .user()
        .map(user -> written(user, source.changes().password()))
        .or(() -> ofProbes(source));
  }

  /** Credentials of a user whose name and password are known. */
  public static DatabaseCredentials written(String user, Optional<Secret> password) {
    return DatabaseCredentials.written(user, password.map(Secret::value));
  }

  private synchronized DatabaseCredentials kept(DataSource source) {
    return kept.computeIfAbsent(key(source), key -> ofAws(key, source));
  }

  private static Kept key(DataSource source) {
    SourceCredentials credentials = source.credentials();
    return new Kept(
        source.name(),
        credentials.secret(),
        source.user(),
        source.credentialsRegion(),
        credentials.endpoint(),
        credentials.refresh());
  }

  private DatabaseCredentials ofAws(Kept key, DataSource source) {
    if (key.secret().isEmpty()) {
      return aws.iam(
          key.user().orElseThrow(),
          server -> source.tokenRegion(server, Optional.ofNullable(writing.get(source.name()))));
    }
    SourceCredentials credentials = source.credentials();
    return aws.secret(
        credentials.secretName().orElseThrow(),
        new CredentialSources.Place(key.region().orElseThrow(), key.endpoint().map(URI::create)),
        key.secret().get(),
        key.refresh());
  }

  /** Forgets what no source needs any more; a holder may go on using it. */
  public synchronized void keep(Collection<DataSource> sources) {
    writing.keySet().retainAll(sources.stream().map(DataSource::name).toList());
    kept.keySet()
        .retainAll(
            sources.stream()
                .filter(source -> source.credentials().kept())
                .map(SourceLogins::key)
                .toList());
  }

  @Override
  public void close() {
    aws.close();
  }
}
