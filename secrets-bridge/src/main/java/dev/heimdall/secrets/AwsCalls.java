package dev.heimdall.secrets;

import dev.heimdall.routing.sdk.AwsError;
import dev.heimdall.routing.sdk.AwsTimeouts;
import java.time.Duration;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Calls to AWS about one store, and what to tell people when one of them fails. */
final class AwsCalls {
  /** A failed call is repeated a few times, for some seconds. */
  static final AwsTimeouts PATIENCE =
      new AwsTimeouts(Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofSeconds(20), 3);

  private final StoreLocation location;
  private final StoreLocation.Place place;
  private final AwsCredentialsProvider credentials;
  private final AwsTimeouts patience;

  AwsCalls(StoreLocation location, StoreLocation.Place place, AwsCredentialsProvider credentials) {
    this(location, place, credentials, PATIENCE);
  }

  AwsCalls(
      StoreLocation location,
      StoreLocation.Place place,
      AwsCredentialsProvider credentials,
      AwsTimeouts patience) {
    this.location = location;
    this.place = place;
    this.credentials = credentials;
    this.patience = patience;
  }

  /** A client with its patience. */
  <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(B builder)
      throws StoreException {
    try {
      return patience.client(builder, place.region(), place.endpoint(), credentials);
    } catch (SdkException e) {
      throw failed(
          StoreException.Kind.MISSING,
          "opened",
          "its AWS region is not known: name it with ?region=… or in AWS_REGION ("
              + AwsError.line(e.getMessage())
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
              + AwsError.line(e.getMessage())
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
              + AwsError.innermost(e)
              + "): if this goes on, a route or a VPC endpoint is missing",
          e);
    }
  }

  private StoreException said(
      String done, String action, String resource, AwsServiceException thrown) {
    AwsError said = AwsError.of(thrown);
    String quoted = " (" + said.code() + (said.text().isEmpty() ? "" : ": " + said.text()) + ")";
    return switch (said.kind()) {
      case THROTTLED ->
          failed(
              StoreException.Kind.THROTTLED,
              done,
              action + " was asked too often in this account and region" + quoted,
              thrown);
      case EXPIRED ->
          failed(
              StoreException.Kind.NO_CREDENTIALS,
              done,
              "the AWS credentials have expired" + quoted,
              thrown);
      case NOT_BELIEVED ->
          failed(
              StoreException.Kind.NO_CREDENTIALS,
              done,
              "AWS does not accept the credentials, or this machine's clock is wrong" + quoted,
              thrown);
      case ELSEWHERE ->
          failed(
              StoreException.Kind.MISSING,
              done,
              "it is in another region: name that with ?region=…" + quoted,
              thrown);
      case DENIED ->
          failed(
              StoreException.Kind.DENIED,
              done,
              (said.aboutKey()
                      ? "the permission kms:Decrypt or kms:GenerateDataKey on its key is missing"
                      : "the permission " + action + " on " + resource + " is missing")
                  + quoted,
              thrown);
      case MISSING ->
          failed(
              StoreException.Kind.MISSING,
              done,
              "there is no " + resource.replaceFirst("^the ", "") + quoted,
              thrown);
      case UNANSWERED, BROKEN, REFUSED ->
          failed(
              StoreException.Kind.UNREACHABLE,
              done,
              action
                  + " failed"
                  + (said.code().isEmpty()
                      ? ": it was answered with HTTP " + said.status()
                      : quoted),
              thrown);
    };
  }

  static String code(AwsServiceException said) {
    return AwsError.of(said).code();
  }

  StoreException failed(StoreException.Kind kind, String done, String why, Exception cause) {
    return new StoreException(kind, "%s cannot be %s: %s.".formatted(location, done, why), cause);
  }
}
