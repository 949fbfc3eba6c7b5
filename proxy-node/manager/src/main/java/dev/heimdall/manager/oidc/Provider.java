package dev.heimdall.manager.oidc;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import dev.heimdall.model.report.LogLine;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Metadata of a provider, as it was read last, and its keys. It is read again when it is an hour
 * old; while the provider is away the last one goes on. Keys are read again for one that is not
 * known yet.
 */
final class Provider {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  private static final String DISCOVERY = "/.well-known/openid-configuration";

  private static final Duration FRESH = Duration.ofHours(1);

  /** After a reading that has failed. */
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private static final Duration KEYS_FRESH = Duration.ofMinutes(5);
  private static final Duration KEYS_PATIENCE = Duration.ofSeconds(10);

  /** Metadata of the provider, and its keys. */
  record Known(OIDCProviderMetadata metadata, JWKSource<SecurityContext> keys) {}

  /**
   * Result of the last reading.
   *
   * @param due when it is read again
   */
  private record Read(Optional<Known> known, String problem, long due) {}

  private final URI issuer;
  private final ProviderHttp http;
  private final LongSupplier nanoClock;
  private final ReentrantLock reading = new ReentrantLock();
  private volatile Read read;

  Provider(URI issuer, ProviderHttp http, LongSupplier nanoClock) {
    this.issuer = issuer;
    this.http = http;
    this.nanoClock = nanoClock;
    read = new Read(Optional.empty(), "", nanoClock.getAsLong());
  }

  /** As it was read last, if it was; never waits. */
  Optional<Known> last() {
    return read.known();
  }

  /** Returns the last known metadata, unless they are old. */
  Optional<Known> fresh() {
    return isDue() ? Optional.empty() : read.known();
  }

  /** As it is; may wait for it. */
  Known known() throws IOException {
    if (!isDue()) {
      return orProblem();
    }
    if (read.known().isPresent()) {
      // One thread reads, and no other waits for it.
      if (reading.tryLock()) {
        try {
          readIfDue();
        } finally {
          reading.unlock();
        }
      }
      return orProblem();
    }
    reading.lock();
    try {
      readIfDue();
    } finally {
      reading.unlock();
    }
    return orProblem();
  }

  private boolean isDue() {
    return nanoClock.getAsLong() - read.due() >= 0;
  }

  private Known orProblem() throws IOException {
    Read now = read;
    return now.known().orElseThrow(() -> new IOException(now.problem()));
  }

  private void readIfDue() {
    if (!isDue()) {
      return;
    }
    try {
      Known known = now();
      read = new Read(Optional.of(known), "", nanoClock.getAsLong() + FRESH.toNanos());
    } catch (IOException e) {
      new LogLine("the OpenID Connect provider is unavailable")
          .pair("reason", String.valueOf(e.getMessage()))
          .log(LOG, Level.WARN);
      read =
          new Read(
              read.known(),
              String.valueOf(e.getMessage()),
              nanoClock.getAsLong() + PAUSE.toNanos());
    }
  }

  private Known now() throws IOException {
    String place = issuer.toString().replaceFirst("/$", "") + DISCOVERY;
    OIDCProviderMetadata metadata = metadata(place);
    String named = metadata.getIssuer().getValue();
    if (!named.equals(issuer.toString())) {
      throw new IOException(
          "%s is of the issuer %s, and not of %s, which oidcIssuer names: both have to be the same to the letter"
              .formatted(place, named, issuer));
    }
    if (metadata.getAuthorizationEndpointURI() == null
        || metadata.getTokenEndpointURI() == null
        || metadata.getJWKSetURI() == null) {
      throw new IOException(
          "%s does not name its authorization endpoint, its token endpoint and its keys"
              .formatted(place));
    }
    URI keys = metadata.getJWKSetURI();
    Optional<Known> before =
        read.known().filter(known -> known.metadata().getJWKSetURI().equals(keys));
    return new Known(
        metadata,
        before.isPresent()
            ? before.get().keys()
            : JWKSourceBuilder.create(keys.toURL(), http)
                .cache(KEYS_FRESH.toMillis(), KEYS_PATIENCE.toMillis())
                .refreshAheadCache(false)
                .rateLimited(false)
                .build());
  }

  private OIDCProviderMetadata metadata(String place) throws IOException {
    String text = http.get(URI.create(place));
    try {
      return OIDCProviderMetadata.parse(text);
    } catch (ParseException e) {
      throw new IOException("%s cannot be read: %s".formatted(place, e.getMessage()), e);
    }
  }
}
