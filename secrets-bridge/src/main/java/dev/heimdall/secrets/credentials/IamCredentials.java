package dev.heimdall.secrets.credentials;

import dev.heimdall.routing.bounded.BoundedMap;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Tokens that say that IAM vouches for the user: signed here, for one server each, good for a
 * quarter of an hour, and used again for less. AWS is asked for nothing but the credentials to sign
 * with.
 */
final class IamCredentials implements DatabaseCredentials {
  /** RDS takes a token for 15 minutes; connections that begin with it need a moment too. */
  private static final Duration USED = Duration.ofMinutes(10);

  /** Credentials that a token was signed with must not have ended before it is shown. */
  private static final Duration RESERVE = Duration.ofMinutes(1);

  /** A token that is refused sooner than that would be no better if it were made anew. */
  private static final long YOUNG = TimeUnit.SECONDS.toNanos(5);

  private final String user;
  private final Function<String, Optional<String>> regions;
  private final Supplier<AwsCredentialsProvider> credentials;
  private final Executor executor;
  private final LongSupplier clock;
  private final Refusals refusals = new Refusals();
  private long made;

  private final Map<String, Token> byServer = BoundedMap.ofLastUsed(CredentialSources.MOST_SERVERS);

  /**
   * @param login comes when it is signed
   * @param region that it is for
   * @param until by the clock; nothing before it is signed
   */
  private record Token(
      CompletableFuture<DatabaseLogin> login, String region, long madeAt, long until) {}

  /**
   * @param regions the AWS region of a server, by its host name; empty while it is not known
   */
  IamCredentials(
      String user,
      Function<String, Optional<String>> regions,
      Supplier<AwsCredentialsProvider> credentials,
      Executor executor,
      LongSupplier clock) {
    this.user = user;
    this.regions = regions;
    this.credentials = credentials;
    this.executor = executor;
    this.clock = clock;
  }

  @Override
  public String name() {
    return user;
  }

  @Override
  public synchronized CompletableFuture<DatabaseLogin> login(String host, int port) {
    long now = clock.getAsLong();
    String server = host + ":" + port;
    if (refusals.bars(server, now)) {
      return CompletableFuture.failedFuture(
          new CredentialsException(
              CredentialsException.Kind.REFUSED,
              "the server at "
                  + server
                  + " refuses IAM tokens of user \""
                  + user
                  + "\"; it is asked again soon"));
    }
    Optional<String> region = regions.apply(host);
    if (region.isEmpty()) {
      return CompletableFuture.failedFuture(unplaced(server));
    }
    Token token = byServer.get(server);
    boolean good = token != null && now - token.until() < 0 && token.region().equals(region.get());
    return good ? token.login() : sign(server, region.get(), now);
  }

  @Override
  public synchronized CompletableFuture<Optional<DatabaseLogin>> instead(
      DatabaseLogin refused, String host, int port) {
    long now = clock.getAsLong();
    String server = host + ":" + port;
    Token token = byServer.get(server);
    Optional<String> region = regions.apply(host);
    if (region.isEmpty()) {
      return CompletableFuture.failedFuture(unplaced(server));
    }
    boolean elsewhere = token != null && !token.region().equals(region.get());
    boolean last =
        token != null
            && token.login().isDone()
            && !token.login().isCompletedExceptionally()
            && token.login().join().version().equals(refused.version());
    if (last && !elsewhere && now - token.madeAt() < YOUNG) {
      refusals.add(server, now);
      byServer.remove(server);
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return (last || elsewhere || token == null ? sign(server, region.get(), now) : token.login())
        .thenApply(Optional::of);
  }

  /** With the lock held. */
  private CompletableFuture<DatabaseLogin> sign(String server, String region, long now) {
    CompletableFuture<DatabaseLogin> login = new CompletableFuture<>();
    Token begun = new Token(login, region, now, now + USED.toNanos());
    byServer.put(server, begun);
    String version = "token " + ++made;
    try {
      executor.execute(() -> sign(server, region, begun, version));
    } catch (RejectedExecutionException e) {
      fail(server, region, begun, "the node is stopping");
    }
    return login;
  }

  private void sign(String server, String region, Token begun, String version) {
    try {
      AwsCredentials with = credentials.get().resolveCredentials();
      String text = new IamToken(server, user, region).signed(with, Instant.now());
      long most =
          with.expirationTime()
              .map(end -> Duration.between(Instant.now(), end).minus(RESERVE))
              .filter(left -> left.compareTo(USED) < 0)
              .orElse(USED)
              .toNanos();
      synchronized (this) {
        byServer.replace(
            server, begun, new Token(begun.login(), region, begun.madeAt(), begun.madeAt() + most));
      }
      begun.login().complete(new DatabaseLogin(user, Optional.of(text), version));
    } catch (SdkException e) {
      fail(server, region, begun, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    } catch (RuntimeException | Error e) {
      fail(server, region, begun, e.getClass().getSimpleName());
    }
  }

  private CredentialsException unplaced(String server) {
    return new CredentialsException(
        CredentialsException.Kind.AWAY,
        "cannot sign an IAM token for user \""
            + user
            + "\" at "
            + server
            + ": its name has no region, and no topology document and no answer of the RDS API has"
            + " said yet which region writes; credentials.region names one");
  }

  private void fail(String server, String region, Token begun, String why) {
    synchronized (this) {
      byServer.remove(server, begun);
    }
    begun
        .login()
        .completeExceptionally(
            new CredentialsException(
                CredentialsException.Kind.AWAY,
                "cannot sign an IAM token for user \""
                    + user
                    + "\" in "
                    + region
                    + ", for which the node needs AWS credentials that allow rds-db:connect: "
                    + why));
  }
}
