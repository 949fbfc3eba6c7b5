package dev.heimdall.secrets;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Location of a store. {@link #toString} names it for people, without options. */
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
   * @param commits what becomes of edits as a whole
   */
  record Bucket(String bucket, String prefix, Place place, Commits commits)
      implements StoreLocation {
    /** One whose documents are read and written one by one. */
    public Bucket(String bucket, String prefix, Place place) {
      this(bucket, prefix, place, Commits.NONE);
    }

    /** The key of a document. */
    String key(String name) {
      return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    /** ARN of the bucket for permissions. */
    String arn() {
      return "arn:aws:s3:::" + bucket;
    }

    /** ARN of a document for permissions. */
    String arn(String name) {
      return arn() + "/" + key(name);
    }

    @Override
    public String toString() {
      return prefix.isEmpty() ? "s3://" + bucket : "s3://" + bucket + "/" + prefix;
    }
  }

  /** Use of edits as a whole, in an object beside the documents. */
  enum Commits {
    /** Objects are read, with what the last commit says of those that it has not reached yet. */
    NONE,
    /**
     * Objects are read with the content that the last commit has for them, and each edit is a
     * commit, also that of one document.
     */
    WRITTEN,
    /** They alone are read, and nothing is written. */
    READ,
    /**
     * Commits alone are read, and nothing is written, as soon as there is one; documents are read
     * one by one before.
     */
    PREFERRED
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
   * Region and endpoint in AWS.
   *
   * @param region if it is not the one that this machine is in
   * @param endpoint if it is not where AWS has it
   */
  record Place(Optional<String> region, Optional<URI> endpoint) {}

  /**
   * Reads {@code s3://bucket/prefix}, {@code secret:NAME}, {@code file:/directory} or a path. The
   * first two take {@code ?region=…}, {@code endpoint=…}, for a secret {@code
   * overflow=s3://bucket/prefix}, and for a bucket {@code commits=write}, {@code commits=read} or
   * {@code commits=prefer}, with {@code &} between.
   *
   * @throws IllegalArgumentException with what is wrong and what may be written
   */
  static StoreLocation of(String written) {
    return LocationText.parse(written);
  }
}
