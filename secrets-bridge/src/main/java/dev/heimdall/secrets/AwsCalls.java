package dev.heimdall.secrets;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;

/** Calls to AWS about one store, and what to tell people when one of them fails. */
final class AwsCalls {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ATTEMPT = Duration.ofSeconds(10);
  private static final Duration CALL = Duration.ofSeconds(20);
  private static final int ATTEMPTS = 3;

  private static final Set<String> EXPIRED =
      Set.of("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired");
  private static final Set<String> NOT_BELIEVED =
      Set.of(
          "InvalidAccessKeyId",
          "SignatureDoesNotMatch",
          "InvalidToken",
          "InvalidClientTokenId",
          "UnrecognizedClientException",
          "InvalidSignatureException",
          "MissingAuthenticationToken",
          "MissingAuthenticationTokenException",
          "RequestTimeTooSkewed");
  private static final Set<String> THROTTLED = Set.of("SlowDown", "RequestLimitExceeded");
  private static final Set<String> MISSING =
      Set.of("NoSuchBucket", "NoSuchKey", "ResourceNotFoundException");
  private static final Set<String> ELSEWHERE =
      Set.of("PermanentRedirect", "AuthorizationHeaderMalformed");

  private final StoreLocation location;
  private final StoreLocation.Place place;
  private final AwsCredentialsProvider credentials;

  AwsCalls(StoreLocation location, StoreLocation.Place place, AwsCredentialsProvider credentials) {
    this.location = location;
    this.place = place;
    this.credentials = credentials;
  }

  /** A client that repeats a failed call a few times, for some seconds. */
  <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(B builder)
      throws StoreException {
    builder
        .credentialsProvider(credentials)
        .httpClientBuilder(
            UrlConnectionHttpClient.builder().connectionTimeout(CONNECT).socketTimeout(ATTEMPT))
        .overrideConfiguration(
            settings ->
                settings
                    .apiCallAttemptTimeout(ATTEMPT)
                    .apiCallTimeout(CALL)
                    .retryStrategy(
                        DefaultRetryStrategy.standardStrategyBuilder()
                            .maxAttempts(ATTEMPTS)
                            .build()));
    place.region().map(Region::of).ifPresent(builder::region);
    place.endpoint().ifPresent(builder::endpointOverride);
    try {
      return builder.build();
    } catch (SdkException e) {
      throw failed(
          StoreException.Kind.MISSING,
          "opened",
          "its AWS region is not known: name it with ?region=… or in AWS_REGION ("
              + line(e.getMessage())
              + ")",
          e);
    }
  }

  /**
   * Makes a call.
   *
   * @param done what it is for, such as "read"
   * @param action how IAM calls it
   * @param resource whose permission it needs
   */
  <T> T call(String done, String action, String resource, Supplier<T> call) throws StoreException {
    try {
      credentials.resolveCredentials();
    } catch (SdkException e) {
      throw failed(
          StoreException.Kind.NO_CREDENTIALS,
          done,
          "there are no AWS credentials: give the machine a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY ("
              + line(e.getMessage())
              + ")",
          e);
    }
    try {
      return call.get();
    } catch (AwsServiceException e) {
      throw said(done, action, resource, e);
    } catch (SdkException e) {
      throw failed(
          StoreException.Kind.UNREACHABLE,
          done,
          "AWS does not answer "
              + action
              + " ("
              + innermost(e)
              + "): if this goes on, a route or a VPC endpoint is missing",
          e);
    }
  }

  private StoreException said(
      String done, String action, String resource, AwsServiceException said) {
    String code = code(said);
    String text = said.awsErrorDetails() == null ? "" : line(said.awsErrorDetails().errorMessage());
    String quoted = " (" + code + (text.isEmpty() ? "" : ": " + text) + ")";
    if (said.isThrottlingException() || THROTTLED.contains(code)) {
      return failed(
          StoreException.Kind.THROTTLED,
          done,
          action + " was asked too often in this account and region" + quoted,
          said);
    }
    if (EXPIRED.contains(code)) {
      return failed(
          StoreException.Kind.NO_CREDENTIALS,
          done,
          "the AWS credentials have expired" + quoted,
          said);
    }
    if (NOT_BELIEVED.contains(code)) {
      return failed(
          StoreException.Kind.NO_CREDENTIALS,
          done,
          "AWS does not accept the credentials, or this machine's clock is wrong" + quoted,
          said);
    }
    if (ELSEWHERE.contains(code) || said.statusCode() == 301) {
      return failed(
          StoreException.Kind.MISSING,
          done,
          "it is in another region: name that with ?region=…" + quoted,
          said);
    }
    if (said.statusCode() == 401 || said.statusCode() == 403 || code.startsWith("AccessDenied")) {
      boolean key = text.toLowerCase(Locale.ROOT).contains("kms");
      return failed(
          StoreException.Kind.DENIED,
          done,
          (key
                  ? "the permission kms:Decrypt or kms:GenerateDataKey on its key is missing"
                  : "the permission " + action + " on " + resource + " is missing")
              + quoted,
          said);
    }
    if (MISSING.contains(code)) {
      return failed(StoreException.Kind.MISSING, done, "there is no " + resource + quoted, said);
    }
    return failed(
        StoreException.Kind.UNREACHABLE,
        done,
        action
            + " failed"
            + (code.isEmpty() ? ": it was answered with HTTP " + said.statusCode() : quoted),
        said);
  }

  static String code(AwsServiceException said) {
    return said.awsErrorDetails() == null || said.awsErrorDetails().errorCode() == null
        ? ""
        : said.awsErrorDetails().errorCode();
  }

  StoreException failed(StoreException.Kind kind, String done, String why, Exception cause) {
    return new StoreException(kind, "%s cannot be %s: %s.".formatted(location, done, why), cause);
  }

  private static String innermost(SdkException failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof IOException)) {
      cause = cause.getCause();
    }
    return line(cause.getMessage());
  }

  private static String line(String message) {
    return String.valueOf(message).lines().findFirst().orElse("");
  }
}
