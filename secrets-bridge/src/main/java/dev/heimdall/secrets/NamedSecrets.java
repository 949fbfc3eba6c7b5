package dev.heimdall.secrets;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.routing.threads.DaemonThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/**
 * Secrets of Secrets Manager that documents name in place of passwords and keys. Each is read again
 * when what is known of it is a minute old; what was read last goes on being used while it cannot
 * be read. No request is sent before there is a name. Thread-safe; methods wait for each other.
 */
public final class NamedSecrets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NamedSecrets.class);

  /** Rotation is followed within this time; a month of it is 43,200 requests a secret. */
  private static final Duration REFRESH = Duration.ofMinutes(1);

  /** A secret that was never read keeps a configuration from being used. */
  private static final Duration RETRY = Duration.ofSeconds(10);

  private static final int THREADS = 4;

  private static final Pattern ARN = Pattern.compile("arn:[a-z-]+:secretsmanager:([a-z0-9-]+):.*");

  private final StoreLocation.Place place;
  private final AwsCredentialsProvider credentials;
  private final LongSupplier nanoClock;
  private final Map<String, Known> known = new HashMap<>();
  private final Map<StoreLocation.Place, SecretsManagerClient> clients = new HashMap<>();
  private Optional<StoreLocation.Place> own = Optional.empty();

  /**
   * Facts known about a secret.
   *
   * @param looked when it was read, or could not be
   */
  private record Known(Optional<String> text, Optional<StoreException> trouble, long looked) {}

  /**
   * Result of reading secrets.
   *
   * @param texts what the secrets hold, by the names that they were asked for by
   * @param troubles why nothing new, or nothing at all, is known of a secret, by name
   */
  public record Read(SortedMap<String, String> texts, SortedMap<String, String> troubles) {
    public Read {
      texts = Collections.unmodifiableSortedMap(new TreeMap<>(texts));
      troubles = Collections.unmodifiableSortedMap(new TreeMap<>(troubles));
    }

    static Read nothing() {
      return new Read(new TreeMap<>(), new TreeMap<>());
    }

    /** As readers of documents have it: a secret whose text is known is not in trouble. */
    Content content() {
      ObjectNode root = Bundle.JSON.createObjectNode();
      ObjectNode held = root.putObject("texts");
      texts.forEach(held::put);
      ObjectNode missing = root.putObject("troubles");
      troubles.forEach(
          (name, trouble) -> {
            if (!texts.containsKey(name)) {
              missing.put(name, trouble);
            }
          });
      return Content.of(Bundle.bytes(root));
    }

    @Override
    public String toString() {
      return texts.size() + " secrets, troubles: " + troubles;
    }
  }

  NamedSecrets(
      StoreLocation.Place place, AwsCredentialsProvider credentials, LongSupplier nanoClock) {
    this.place = place;
    this.credentials = credentials;
    this.nanoClock = nanoClock;
  }

  /**
   * With the machine's own AWS credentials. Names are those of the region that the machine is in,
   * or of the documents' store where that is not known; an ARN names its region.
   *
   * @param documents where the documents are that name them
   */
  public static NamedSecrets beside(StoreLocation documents) {
    return new NamedSecrets(
        place(documents), DefaultCredentialsProvider.builder().build(), System::nanoTime);
  }

  /** An endpoint of S3 is none of Secrets Manager. */
  private static StoreLocation.Place place(StoreLocation documents) {
    if (documents instanceof StoreLocation.Secret secret) {
      return secret.place();
    }
    return documents instanceof StoreLocation.Bucket bucket
        ? new StoreLocation.Place(bucket.place().region(), Optional.empty())
        : new StoreLocation.Place(Optional.empty(), Optional.empty());
  }

  /**
   * Recalls the texts of secrets that were kept earlier; no text that was read is replaced by one.
   */
  synchronized void recall(Map<String, String> texts) {
    texts.forEach(
        (name, text) ->
            known.merge(
                name,
                new Known(Optional.of(text), Optional.empty(), nanoClock.getAsLong()),
                (now, kept) ->
                    now.text().isPresent()
                        ? now
                        : new Known(kept.text(), now.trouble(), now.looked())));
  }

  /**
   * Returns the known texts of these secrets, without waiting for AWS; all others are forgotten.
   */
  synchronized Read known(Collection<String> names) {
    known.keySet().retainAll(names);
    SortedMap<String, String> texts = new TreeMap<>();
    SortedMap<String, String> troubles = new TreeMap<>();
    known.forEach(
        (name, one) -> {
          one.text().ifPresent(text -> texts.put(name, text));
          one.trouble().ifPresent(trouble -> troubles.put(name, trouble.getMessage()));
        });
    return new Read(texts, troubles);
  }

  /**
   * Reads those whose time it is, and says what is known of all; others are forgotten. Waits for
   * AWS, and not long for one that does not answer.
   *
   * @param atOnce whether it is the time of all of them
   */
  public synchronized Read read(Collection<String> names, boolean atOnce) {
    List<String> due = names.stream().filter(name -> atOnce || isDue(name)).distinct().toList();
    if (!due.isEmpty()) {
      readAll(due);
    }
    return known(names);
  }

  private boolean isDue(String name) {
    Known one = known.get(name);
    Duration after = one != null && one.text().isEmpty() ? RETRY : REFRESH;
    return one == null || nanoClock.getAsLong() - one.looked() >= after.toNanos();
  }

  /** A few at a time, on threads that end with it; the first that is not answered ends it. */
  private void readAll(List<String> due) {
    AtomicBoolean unanswered = new AtomicBoolean();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            Math.min(THREADS, due.size()), DaemonThreads.numbered("named-secrets"));
    try {
      List<Future<Known>> all = new ArrayList<>();
      for (String name : due) {
        SecretsManagerClient client = null;
        StoreException trouble = null;
        StoreLocation.Secret location = location(name);
        AwsCalls calls = new AwsCalls(location, location.place(), credentials);
        try {
          client = client(location, calls);
        } catch (StoreException e) {
          trouble = e;
        }
        SecretsManagerClient open = client;
        StoreException closed = trouble;
        all.add(threads.submit(() -> read(location, calls, open, closed, unanswered)));
      }
      for (int i = 0; i < due.size(); i++) {
        keep(due.get(i), all.get(i).get());
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("reading a secret met an error in Heimdall", e.getCause());
    } catch (InterruptedException e) {
      // What is known stays; the interrupting thread does not wait for more.
      Thread.currentThread().interrupt();
    } finally {
      threads.shutdownNow();
    }
  }

  private Known read(
      StoreLocation.Secret location,
      AwsCalls calls,
      SecretsManagerClient client,
      StoreException closed,
      AtomicBoolean unanswered) {
    try {
      if (closed != null) {
        throw closed;
      }
      if (unanswered.get()) {
        throw calls.failed(
            StoreException.Kind.UNREACHABLE, "read", "Secrets Manager does not answer", null);
      }
      String text =
          calls.call(
              "read",
              "secretsmanager:GetSecretValue",
              "the secret " + location.id(),
              () -> client.getSecretValue(r -> r.secretId(location.id())).secretString());
      if (text == null) {
        throw calls.failed(StoreException.Kind.CORRUPT, "read", "it is binary, no text", null);
      }
      return new Known(Optional.of(text), Optional.empty(), nanoClock.getAsLong());
    } catch (StoreException e) {
      if (e.kind() == StoreException.Kind.UNREACHABLE
          || e.kind() == StoreException.Kind.NO_CREDENTIALS) {
        unanswered.set(true);
      }
      return new Known(Optional.empty(), Optional.of(e), nanoClock.getAsLong());
    }
  }

  private void keep(String name, Known now) {
    Known before = known.get(name);
    boolean troubled = before != null && before.trouble().isPresent();
    if (now.trouble().isEmpty()) {
      known.put(name, now);
      if (troubled) {
        LOG.info("The secret {} can be read again", name);
      }
      return;
    }
    Optional<String> last = before == null ? Optional.empty() : before.text();
    known.put(name, new Known(last, now.trouble(), now.looked()));
    if (!troubled || before.trouble().get().kind() != now.trouble().get().kind()) {
      LOG.warn(
          "{}{}",
          now.trouble().get().getMessage(),
          last.isPresent() ? " What it held last goes on being used" : "");
    }
  }

  private StoreLocation.Secret location(String name) {
    Matcher arn = ARN.matcher(name);
    StoreLocation.Place at =
        arn.matches()
            ? new StoreLocation.Place(Optional.of(arn.group(1)), place.endpoint())
            : own();
    return new StoreLocation.Secret(name, at, Optional.empty());
  }

  /** The region's copy of a secret is nearer than that beside the documents. */
  private StoreLocation.Place own() {
    if (own.isEmpty()) {
      own = Optional.of(new StoreLocation.Place(machine().or(place::region), place.endpoint()));
    }
    return own.get();
  }

  private static Optional<String> machine() {
    try {
      return Optional.of(new DefaultAwsRegionProviderChain().getRegion().id());
    } catch (SdkException e) {
      return Optional.empty(); // no machine of AWS, and not configured
    }
  }

  private SecretsManagerClient client(StoreLocation.Secret location, AwsCalls calls)
      throws StoreException {
    SecretsManagerClient client = clients.get(location.place());
    if (client == null) {
      client = calls.client(SecretsManagerClient.builder());
      clients.put(location.place(), client);
    }
    return client;
  }

  @Override
  public synchronized void close() {
    clients.values().forEach(SecretsManagerClient::close);
    clients.clear();
  }
}
