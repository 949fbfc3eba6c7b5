package dev.heimdall.secrets;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Where a store is. {@link #toString} names it for people, without options. */
public sealed interface StoreLocation {

  /** A directory on this machine, or one that several share by NFS. */
  record Directory(Path path) implements StoreLocation {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /**
   * Objects in S3.
   *
   * @param prefix what their keys begin with, without slashes at its ends; may be empty
   */
  record Bucket(String bucket, String prefix, Place place) implements StoreLocation {
    /** The key of a document. */
    String key(String name) {
      return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    @Override
    public String toString() {
      return prefix.isEmpty() ? "s3://" + bucket : "s3://" + bucket + "/" + prefix;
    }
  }

  /**
   * One secret that holds all documents.
   *
   * @param id its name or ARN
   * @param overflow where documents go that are too large for a secret
   */
  record Secret(String id, Place place, Optional<Bucket> overflow) implements StoreLocation {
    @Override
    public String toString() {
      return "secret:" + id;
    }
  }

  /**
   * Where in AWS.
   *
   * @param region if it is not the one that this machine is in
   * @param endpoint if it is not where AWS has it
   */
  record Place(Optional<String> region, Optional<URI> endpoint) {}

  /**
   * Reads {@code s3://bucket/prefix}, {@code secret:NAME}, {@code file:/directory} or a path. The
   * first two take {@code ?region=…}, {@code endpoint=…} and, for a secret, {@code
   * overflow=s3://bucket/prefix}, with {@code &} between.
   *
   * @throws IllegalArgumentException with what is wrong and what may be written
   */
  static StoreLocation of(String written) {
    return LocationText.parse(written);
  }
}
