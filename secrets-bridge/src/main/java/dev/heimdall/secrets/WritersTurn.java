package dev.heimdall.secrets;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/**
 * Of several who write documents to a bucket, one at a time: a commit that another writes meanwhile
 * would hold a part of an edit. An object says whose turn it is. One who ends in the middle of it
 * is waited for, and then goes without.
 */
final class WritersTurn {
  private static final String NAME = ".heimdall/writing";

  /** For longer, nobody writes who is still there. */
  private static final Duration ABANDONED = Duration.ofSeconds(60);

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final StoreLocation.Bucket location;
  private final AwsCalls calls;
  private final S3Client client;

  WritersTurn(StoreLocation.Bucket location, AwsCalls calls, S3Client client) {
    this.location = location;
    this.calls = calls;
    this.client = client;
  }

  /** The object of somebody, and for how long it has been there. */
  private record Held(String etag, Duration age) {}

  /**
   * Waits for it.
   *
   * @return by what it is given back
   * @throws StoreException of the kind CONFLICT when others write all the time
   */
  String take() throws StoreException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Optional<String> taken = put(Optional.empty());
      if (taken.isEmpty()) {
        Optional<Held> held = look();
        if (held.isPresent() && held.get().age().compareTo(ABANDONED) > 0) {
          taken = put(held.map(Held::etag));
        }
      }
      if (taken.isPresent()) {
        return taken.get();
      }
      if (System.nanoTime() - end > 0) {
        throw calls.failed(
            StoreException.Kind.CONFLICT, "written", "others write to it all the time", null);
      }
      rest();
    }
  }

  private static void rest() throws StoreException {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(
          StoreException.Kind.UNREACHABLE, "Waiting for another writer was interrupted.", e);
    }
  }

  /** Empty when another has it. */
  private Optional<String> put(Optional<String> over) throws StoreException {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder().bucket(location.bucket()).key(location.key(NAME));
    over.ifPresentOrElse(
        etag -> request.ifMatch(BucketStore.quoted(etag)), () -> request.ifNoneMatch("*"));
    // Different for each, so that nobody takes another's for his own.
    RequestBody body = RequestBody.fromString(UUID.randomUUID().toString());
    return calls.call(
        "written",
        "s3:PutObject",
        arn(),
        () ->
            BucketStore.unlessOther(
                () -> BucketStore.bare(client.putObject(request.build(), body).eTag())));
  }

  /** By S3's own clock: this machine's may be off. */
  private Optional<Held> look() throws StoreException {
    return calls.call(
        "read",
        "s3:GetObject",
        arn(),
        () ->
            BucketStore.unlessOther(
                    () ->
                        client.headObject(r -> r.bucket(location.bucket()).key(location.key(NAME))))
                .map(
                    found ->
                        new Held(
                            BucketStore.bare(found.eTag()),
                            Duration.between(
                                found.lastModified(),
                                found
                                    .sdkHttpResponse()
                                    .firstMatchingHeader("Date")
                                    .map(WritersTurn::instant)
                                    .orElseGet(Instant::now)))));
  }

  private static Instant instant(String date) {
    return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
  }

  /** Gives it back, unless another has taken it over. */
  void giveBack(String taken) throws StoreException {
    calls.call(
        "written",
        "s3:DeleteObject",
        arn(),
        () ->
            BucketStore.unlessOther(
                () ->
                    client.deleteObject(
                        r ->
                            r.bucket(location.bucket())
                                .key(location.key(NAME))
                                .ifMatch(BucketStore.quoted(taken)))));
  }

  private String arn() {
    return "arn:aws:s3:::" + location.bucket() + "/" + location.key(NAME);
  }
}
