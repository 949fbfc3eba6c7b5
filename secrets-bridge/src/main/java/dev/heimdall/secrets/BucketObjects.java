package dev.heimdall.secrets;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The objects of a bucket below a prefix, one by one. S3 itself refuses to write over another
 * version than the one that is named, which is an ETag.
 */
final class BucketObjects {
  private static final int PAGES = 100;

  /** Edit that an object belongs to: two may write the same. */
  private static final String EDIT = "heimdall-edit";

  /** Behind it stands the id of a commit of which all is visible. */
  private static final String SETTLED = ".heimdall/settled/";

  private final StoreLocation.Bucket location;
  private final AwsCalls calls;
  private final S3Client client;

  BucketObjects(StoreLocation.Bucket location, AwsCalls calls, S3Client client) {
    this.location = location;
    this.calls = calls;
    this.client = client;
  }

  /** An object, before it is read. */
  record Listed(String etag, long size) {}

  /**
   * Objects below the prefix.
   *
   * @param commit the version of the last commit, if there ever was one
   * @param settled the ids of commits of which all is visible; not of all of them
   */
  record Listing(Map<String, Listed> documents, Optional<String> commit, Set<String> settled) {
    Optional<String> version(String name) {
      return Optional.ofNullable(documents.get(name)).map(Listed::etag);
    }
  }

  Listing list() throws StoreException {
    Map<String, Listed> listed = new TreeMap<>();
    Optional<String> commit = Optional.empty();
    Set<String> settled = new TreeSet<>();
    String before = location.key("");
    String token = null;
    long total = 0;
    for (int i = 0; i < PAGES; i++) {
      ListObjectsV2Response page = BucketFiles.page(calls, client, location, token);
      for (S3Object object : page.contents()) {
        String name = object.key().substring(before.length());
        if (DocumentName.accepts(name)) {
          new Limits(location).check(name, object.size());
          total += object.size();
          listed.put(name, new Listed(bare(object.eTag()), object.size()));
        } else if (name.equals(BucketCommits.NAME)) {
          commit = Optional.of(bare(object.eTag()));
        } else if (name.startsWith(SETTLED)) {
          settled.add(name.substring(SETTLED.length()));
        }
      }
      new Limits(location).check(listed.size(), total);
      token = page.nextContinuationToken();
      if (!Boolean.TRUE.equals(page.isTruncated()) || token == null) {
        return new Listing(listed, commit, settled);
      }
    }
    throw new Limits(location).oversized("it has more than " + PAGES + " pages of objects");
  }

  /**
   * Result of reading listed objects.
   *
   * @param whole whether it is all of it: none has changed meanwhile
   */
  record Fetched(Documents documents, boolean whole) {}

  /** Reads what was listed, as far as it is not known. */
  Fetched fetch(Map<String, Listed> listed, Documents known) throws StoreException {
    Map<String, StoredDocument> have = new HashMap<>(known.all());
    boolean whole = true;
    have.keySet().retainAll(listed.keySet());
    for (Map.Entry<String, Listed> entry : listed.entrySet()) {
      String name = entry.getKey();
      String etag = entry.getValue().etag();
      if (have.containsKey(name) && have.get(name).version().equals(etag)) {
        continue;
      }
      Optional<Content> content;
      try {
        content = get(name, etag);
      } catch (StoreException e) {
        // Who may list a prefix only is denied what is not there: it may have been deleted since.
        if (e.kind() != StoreException.Kind.DENIED || list().documents().containsKey(name)) {
          throw e;
        }
        content = Optional.empty();
      }
      content.ifPresent(found -> have.put(name, new StoredDocument(found, etag)));
      whole &= content.isPresent();
    }
    return new Fetched(Documents.of(have), whole);
  }

  /** Empty when it is not what it was any more. */
  private Optional<Content> get(String name, String etag) throws StoreException {
    return calls.call(
        "read",
        "s3:GetObject",
        location.arn(name),
        () -> {
          try {
            return Optional.of(
                Content.of(
                    client
                        .getObjectAsBytes(
                            request ->
                                request
                                    .bucket(location.bucket())
                                    .key(location.key(name))
                                    .ifMatch(quoted(etag)))
                        .asByteArray()));
          } catch (S3Exception e) {
            if (e.statusCode() == 412 || AwsCalls.code(e).equals("NoSuchKey")) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  /**
   * Writes a document over a version.
   *
   * @return the new version; empty when another writer was faster
   */
  Optional<String> put(String name, Content content, Optional<String> over) throws StoreException {
    String edit = UUID.randomUUID().toString();
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .metadata(Map.of(EDIT, edit))
            .bucket(location.bucket())
            .key(location.key(name))
            .contentType(name.endsWith(".json") ? "application/json" : "application/octet-stream");
    over.ifPresentOrElse(etag -> request.ifMatch(quoted(etag)), () -> request.ifNoneMatch("*"));
    Optional<String> etag =
        calls.call(
            "written",
            "s3:PutObject",
            location.arn(name),
            () ->
                unlessOther(
                    () ->
                        bare(
                            client
                                .putObject(request.build(), RequestBody.fromBytes(content.bytes()))
                                .eTag())));
    // The answer to a first attempt may have been lost, and we ourselves were faster.
    return etag.isPresent() ? etag : edited(name, edit);
  }

  /** The version of a document, if it is of this edit. */
  private Optional<String> edited(String name, String edit) throws StoreException {
    return calls.call(
        "read",
        "s3:GetObject",
        location.arn(name),
        () ->
            unlessOther(
                    () ->
                        client.headObject(r -> r.bucket(location.bucket()).key(location.key(name))))
                .filter(object -> edit.equals(object.metadata().get(EDIT)))
                .map(object -> bare(object.eTag())));
  }

  /** Deletes a version of a document; false when another writer was faster. */
  boolean delete(String name, String over) throws StoreException {
    return calls.call(
        "written",
        "s3:DeleteObject",
        location.arn(name),
        () ->
            unlessOther(
                    () ->
                        client.deleteObject(
                            request ->
                                request
                                    .bucket(location.bucket())
                                    .key(location.key(name))
                                    .ifMatch(quoted(over))))
                .isPresent());
  }

  /** Notes that all of a commit is visible, in the place of what was noted before. */
  void settled(String commit, Set<String> before) throws StoreException {
    calls.call(
        "written",
        "s3:PutObject",
        location.arn(SETTLED + commit),
        () ->
            client.putObject(
                r -> r.bucket(location.bucket()).key(location.key(SETTLED + commit)),
                RequestBody.fromString("{}")));
    for (String old : before) {
      if (!old.equals(commit)) {
        calls.call(
            "written",
            "s3:DeleteObject",
            location.arn(SETTLED + old),
            () ->
                client.deleteObject(
                    r -> r.bucket(location.bucket()).key(location.key(SETTLED + old))));
      }
    }
  }

  static <T> Optional<T> unlessOther(Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (S3Exception e) {
      // 409: another writer writes the same object just now; 404: it was deleted.
      if (e.statusCode() == 412
          || AwsCalls.code(e).equals("ConditionalRequestConflict")
          || AwsCalls.code(e).equals("NoSuchKey")
          || e instanceof NoSuchKeyException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  static String bare(String etag) {
    return etag.replace("\"", "");
  }

  static String quoted(String etag) {
    return '"' + etag + '"';
  }
}
