package dev.heimdall.secrets;

import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * What a bucket's documents were together when somebody had written all of an edit, in one object
 * beside them. S3 replicates objects one by one and in any order: who reads this one has a whole
 * edit or the one before, and never a part.
 */
final class BucketCommits {
  /** Its name; one with a dot is no document's. */
  static final String NAME = ".heimdall/commit.json";

  private static final int NOT_MODIFIED = 304;

  /** Escapes of JSON may double what documents have. */
  private static final int MOST = 2 * DocumentStore.LARGEST_TOTAL;

  private final StoreLocation.Bucket location;
  private final AwsCalls calls;
  private final S3Client client;

  BucketCommits(StoreLocation.Bucket location, AwsCalls calls, S3Client client) {
    this.location = location;
    this.calls = calls;
    this.client = client;
  }

  /** The last one; empty: it is still the known one. */
  Optional<Documents> readIfChanged(Optional<String> known) throws StoreException {
    Optional<ResponseBytes<GetObjectResponse>> read;
    try {
      read = get(known);
    } catch (StoreException e) {
      // Who may list a prefix only is denied what is not there.
      if (e.kind() != StoreException.Kind.DENIED || isThere()) {
        throw e;
      }
      throw none();
    }
    if (read.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes = read.get().asByteArrayUnsafe();
    if (bytes.length > MOST) {
      throw new Limits(location).oversized("its last commit has more than " + MOST + " bytes");
    }
    try {
      return Optional.of(
          Documents.hashed(Bundle.decode(bytes), BucketStore.bare(read.get().response().eTag())));
    } catch (Bundle.Unreadable e) {
      throw new StoreException(
          StoreException.Kind.CORRUPT,
          "%s holds no commit that can be read: %s %s. Write one anew: heimdall config push DIR '%s?commits=write'."
              .formatted(location, location.key(NAME), e.getMessage(), location));
    }
  }

  /** Empty when it is the known one. */
  private Optional<ResponseBytes<GetObjectResponse>> get(Optional<String> known)
      throws StoreException {
    GetObjectRequest.Builder request =
        GetObjectRequest.builder()
            .bucket(location.bucket())
            .key(location.key(NAME))
            .range("bytes=0-" + MOST);
    known.ifPresent(etag -> request.ifNoneMatch(BucketStore.quoted(etag)));
    Optional<Optional<ResponseBytes<GetObjectResponse>>> read =
        calls.call(
            "read",
            "s3:GetObject",
            arn(),
            () -> {
              try {
                return Optional.of(Optional.of(client.getObjectAsBytes(request.build())));
              } catch (S3Exception e) {
                if (e.statusCode() == NOT_MODIFIED) {
                  return Optional.of(Optional.empty());
                }
                if (AwsCalls.code(e).equals("NoSuchKey")) {
                  return Optional.empty();
                }
                throw e;
              }
            });
    return read.orElseThrow(this::none);
  }

  private StoreException none() {
    return new StoreException(
        StoreException.Kind.MISSING,
        "%s holds no commit: none was written yet, or none was replicated to here. One is written by each edit of a manager at the place that is replicated, and by heimdall config push DIR 's3://BUCKET/PREFIX?commits=write'."
            .formatted(location));
  }

  private boolean isThere() throws StoreException {
    return calls.call(
        "read",
        "s3:ListBucket",
        "arn:aws:s3:::" + location.bucket(),
        () ->
            !client
                .listObjectsV2(r -> r.bucket(location.bucket()).prefix(location.key(NAME)))
                .contents()
                .isEmpty());
  }

  /**
   * Writes one.
   *
   * @param over the one that is there; empty: none is
   * @return false when somebody else was faster
   */
  boolean write(Documents all, Optional<String> over) throws StoreException {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(location.bucket())
            .key(location.key(NAME))
            .contentType("application/json");
    over.ifPresentOrElse(
        etag -> request.ifMatch(BucketStore.quoted(etag)), () -> request.ifNoneMatch("*"));
    byte[] bytes = Bundle.encode(all.contents());
    return calls.call(
        "written",
        "s3:PutObject",
        arn(),
        () ->
            BucketStore.unlessOther(
                    (Supplier<Boolean>)
                        () -> {
                          client.putObject(request.build(), RequestBody.fromBytes(bytes));
                          return true;
                        })
                .isPresent());
  }

  private String arn() {
    return "arn:aws:s3:::" + location.bucket() + "/" + location.key(NAME);
  }
}
