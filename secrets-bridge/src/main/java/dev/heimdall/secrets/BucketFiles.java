package dev.heimdall.secrets;

import dev.heimdall.routing.sdk.AwsTimeouts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Files in S3 below a prefix, each with one writer: what was written last is what is there. They
 * may be larger than documents are, and know no commits.
 */
public final class BucketFiles implements AutoCloseable {
  private static final int PAGES = 100;

  /** For some 100 MB over a slow line; who does not answer at all is given up as soon as ever. */
  private static final AwsTimeouts PATIENCE =
      new AwsTimeouts(
          Duration.ofSeconds(3),
          Duration.ofSeconds(10),
          Duration.ofMinutes(2),
          Duration.ofMinutes(5),
          3);

  private final StoreLocation.Bucket location;
  private final AwsCalls calls;
  private final S3Client client;

  private BucketFiles(StoreLocation.Bucket location, AwsCalls calls, S3Client client) {
    this.location = location;
    this.calls = calls;
    this.client = client;
  }

  /** A file, before it is read. */
  public record Listed(String name, Instant written, long size) {}

  /** Opens it; AWS is not called yet. */
  public static BucketFiles open(StoreLocation.Bucket location) throws StoreException {
    return open(location, DefaultCredentialsProvider.builder().build());
  }

  static BucketFiles open(StoreLocation.Bucket location, AwsCredentialsProvider credentials)
      throws StoreException {
    AwsCalls calls = new AwsCalls(location, location.place(), credentials, PATIENCE);
    return new BucketFiles(location, calls, calls.client(BucketStore.builder(location.place())));
  }

  /** Those that are there, some 100,000 at most. */
  public List<Listed> list() throws StoreException {
    List<Listed> files = new ArrayList<>();
    String before = location.key("");
    String token = null;
    for (int i = 0; i < PAGES; i++) {
      ListObjectsV2Response page = page(calls, client, location, token);
      for (S3Object object : page.contents()) {
        String name = object.key().substring(before.length());
        files.add(new Listed(name, object.lastModified(), object.size()));
      }
      token = page.nextContinuationToken();
      if (token == null) {
        break;
      }
    }
    return files;
  }

  /**
   * Some of what is below the prefix.
   *
   * @param after the token of the page before; null for the first
   */
  static ListObjectsV2Response page(
      AwsCalls calls, S3Client client, StoreLocation.Bucket location, String after)
      throws StoreException {
    return calls.call(
        "read",
        "s3:ListBucket",
        location.arn(),
        () ->
            client.listObjectsV2(
                request ->
                    request
                        .bucket(location.bucket())
                        .prefix(location.key(""))
                        .continuationToken(after)));
  }

  /** Writes it over what was there. */
  public void put(String name, Path file) throws StoreException {
    calls.call(
        "written",
        "s3:PutObject",
        location.arn(name),
        () ->
            client.putObject(
                request -> request.bucket(location.bucket()).key(location.key(name)),
                RequestBody.fromFile(file)));
  }

  /**
   * Reads it.
   *
   * @param into a file that is not there yet
   * @return false: it is not there any more
   */
  public boolean get(String name, Path into) throws StoreException {
    return calls.call(
        "read",
        "s3:GetObject",
        location.arn(name),
        () -> {
          try {
            client.getObject(
                request -> request.bucket(location.bucket()).key(location.key(name)),
                ResponseTransformer.toFile(into));
            return true;
          } catch (NoSuchKeyException e) {
            return false;
          }
        });
  }

  /** Deletes it, if it is there. */
  public void delete(String name) throws StoreException {
    calls.call(
        "written",
        "s3:DeleteObject",
        location.arn(name),
        () ->
            client.deleteObject(
                request -> request.bucket(location.bucket()).key(location.key(name))));
  }

  @Override
  public void close() {
    client.close();
  }
}
