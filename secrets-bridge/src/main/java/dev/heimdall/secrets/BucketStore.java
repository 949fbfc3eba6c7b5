package dev.heimdall.secrets;

import dev.heimdall.routing.sdk.AwsPatience;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Documents as objects in S3 below a prefix. A version is an object's ETag, and S3 itself refuses
 * to write over another one.
 */
final class BucketStore implements DocumentStore {
  private static final int ATTEMPTS = 5;
  private static final int PAGES = 100;

  /** Which edit an object is of: two may write the same. */
  private static final String EDIT = "heimdall-edit";

  private final StoreLocation.Bucket location;
  private final AwsCalls calls;
  private final S3Client client;
  private final BucketCommits commits;
  private final WritersTurn turn;

  private BucketStore(StoreLocation.Bucket location, AwsCalls calls, S3Client client) {
    this.location = location;
    this.calls = calls;
    this.client = client;
    commits = new BucketCommits(location, calls, client);
    turn = new WritersTurn(location, calls, client);
  }

  static BucketStore open(
      StoreLocation.Bucket location, AwsCredentialsProvider credentials, AwsPatience patience)
      throws StoreException {
    AwsCalls calls = new AwsCalls(location, location.place(), credentials, patience);
    return new BucketStore(location, calls, calls.client(builder(location.place())));
  }

  /** Wherever AWS does not have it, buckets are folders and not hosts. */
  static S3ClientBuilder builder(StoreLocation.Place place) {
    return S3Client.builder().forcePathStyle(place.endpoint().isPresent());
  }

  @Override
  public StoreLocation location() {
    return location;
  }

  /** An object, before it is read. */
  private record Listed(String etag, long size) {}

  /**
   * What is below the prefix.
   *
   * @param commit the version of the last commit, if there ever was one
   */
  private record Listing(Map<String, Listed> documents, Optional<String> commit) {}

  private boolean readsCommits() {
    return location.commits() == StoreLocation.Commits.READ
        || location.commits() == StoreLocation.Commits.PREFERRED;
  }

  @Override
  public Documents read() throws StoreException {
    if (readsCommits()) {
      try {
        return commits.readIfChanged(Optional.empty()).orElseThrow();
      } catch (StoreException e) {
        mayBeWithout(e);
      }
    }
    return fetch(list().documents(), Documents.of(Map.of()));
  }

  /** Whether documents are read one by one where there is no commit. */
  private void mayBeWithout(StoreException e) throws StoreException {
    if (location.commits() != StoreLocation.Commits.PREFERRED
        || e.kind() != StoreException.Kind.MISSING) {
      throw e;
    }
  }

  @Override
  public Optional<Documents> readIfChanged(Documents known) throws StoreException {
    if (readsCommits()) {
      try {
        return commits.readIfChanged(Optional.of(known.version()));
      } catch (StoreException e) {
        mayBeWithout(e);
      }
    }
    Map<String, Listed> listed = list().documents();
    boolean same =
        listed.keySet().equals(known.all().keySet())
            && listed.entrySet().stream()
                .allMatch(
                    entry ->
                        known
                            .versionOf(entry.getKey())
                            .equals(Optional.of(entry.getValue().etag())));
    return same ? Optional.empty() : Optional.of(fetch(listed, known));
  }

  private Listing list() throws StoreException {
    Map<String, Listed> listed = new TreeMap<>();
    Optional<String> commit = Optional.empty();
    String before = location.key("");
    String token = null;
    long total = 0;
    for (int i = 0; i < PAGES; i++) {
      String after = token;
      ListObjectsV2Response page =
          calls.call(
              "read",
              "s3:ListBucket",
              "arn:aws:s3:::" + location.bucket(),
              () ->
                  client.listObjectsV2(
                      request ->
                          request
                              .bucket(location.bucket())
                              .prefix(before)
                              .continuationToken(after)));
      for (S3Object object : page.contents()) {
        String name = object.key().substring(before.length());
        if (DocumentName.accepts(name)) {
          new Limits(location).check(name, object.size());
          total += object.size();
          listed.put(name, new Listed(bare(object.eTag()), object.size()));
        } else if (name.equals(BucketCommits.NAME)) {
          commit = Optional.of(bare(object.eTag()));
        }
      }
      new Limits(location).check(listed.size(), total);
      token = page.nextContinuationToken();
      if (!Boolean.TRUE.equals(page.isTruncated()) || token == null) {
        return new Listing(listed, commit);
      }
    }
    throw new Limits(location).oversized("it has more than " + PAGES + " pages of objects");
  }

  /** Reads what was listed, as far as it is not known; anew when it changes meanwhile. */
  private Documents fetch(Map<String, Listed> first, Documents known) throws StoreException {
    Map<String, Listed> listed = first;
    Map<String, StoredDocument> have = new HashMap<>(known.all());
    for (int i = 0; i < ATTEMPTS; i++) {
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
      if (whole) {
        return Documents.of(have);
      }
      listed = list().documents();
    }
    throw calls.failed(
        StoreException.Kind.UNREACHABLE, "read", "it changes faster than it can be read", null);
  }

  /** Empty when it is not what it was any more. */
  private Optional<Content> get(String name, String etag) throws StoreException {
    return calls.call(
        "read",
        "s3:GetObject",
        arn(name),
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
   * With a commit at the end, where there is one already or is to be one: whoever writes without
   * would leave the readers of commits behind.
   */
  @Override
  public Documents write(List<Change> changes) throws StoreException {
    if (readsCommits()) {
      throw new StoreException(
          StoreException.Kind.DENIED,
          "%s is read by whole commits and cannot be written so: it may be a copy, over which the next replication would write. Write to the place that it is a copy of; or, where this is to be the place from now on, without commits=%s."
              .formatted(
                  location, location.commits() == StoreLocation.Commits.READ ? "read" : "prefer"));
    }
    if (location.commits() != StoreLocation.Commits.WRITTEN && list().commit().isEmpty()) {
      return writeEach(changes);
    }
    String mine = turn.take();
    try {
      Optional<String> before = list().commit();
      Documents after = writeEach(changes);
      try {
        commit(after, before);
      } catch (StoreException e) {
        throw Edits.interrupted(e, changes.stream().map(Change::name).toList());
      }
      return after;
    } finally {
      turn.giveBack(mine);
    }
  }

  @Override
  public void commit() throws StoreException {
    if (location.commits() == StoreLocation.Commits.WRITTEN) {
      String mine = turn.take();
      try {
        Listing listed = list();
        Documents all = fetch(listed.documents(), Documents.of(Map.of()));
        if (listed.commit().isEmpty()
            || !commits
                .readIfChanged(Optional.empty())
                .map(Documents::contents)
                .equals(Optional.of(all.contents()))) {
          commit(all, listed.commit());
        }
      } finally {
        turn.giveBack(mine);
      }
    }
  }

  /** Of all documents as they are now, if somebody else has written one since. */
  private void commit(Documents written, Optional<String> over) throws StoreException {
    Documents all = written;
    Optional<String> before = over;
    for (int i = 0; i < ATTEMPTS; i++) {
      if (commits.write(all, before)) {
        return;
      }
      Listing now = list();
      all = fetch(now.documents(), all);
      before = now.commit();
    }
    throw calls.failed(
        StoreException.Kind.CONFLICT, "written", "others write to it all the time", null);
  }

  private Documents writeEach(List<Change> changes) throws StoreException {
    Documents now = read();
    new Edits(location).check(changes, now);
    Map<String, StoredDocument> after = new HashMap<>(now.all());
    List<String> written = new ArrayList<>();
    for (Change change : changes) {
      try {
        Optional<Optional<StoredDocument>> done =
            change.content().isPresent()
                ? put(change, change.content().get()).map(Optional::of)
                : delete(change);
        if (done.isEmpty()) {
          throw new Edits(location).conflict(List.of(change.name()), written);
        }
        done.get()
            .ifPresentOrElse(
                document -> after.put(change.name(), document), () -> after.remove(change.name()));
        written.add(change.name());
      } catch (StoreException e) {
        throw e.kind() == StoreException.Kind.CONFLICT ? e : Edits.interrupted(e, written);
      }
    }
    return Documents.of(after);
  }

  /** Empty when somebody else was faster. */
  private Optional<StoredDocument> put(Change change, Content content) throws StoreException {
    String edit = UUID.randomUUID().toString();
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .metadata(Map.of(EDIT, edit))
            .bucket(location.bucket())
            .key(location.key(change.name()))
            .contentType(
                change.name().endsWith(".json") ? "application/json" : "application/octet-stream");
    change
        .over()
        .ifPresentOrElse(etag -> request.ifMatch(quoted(etag)), () -> request.ifNoneMatch("*"));
    Optional<String> etag =
        calls.call(
            "written",
            "s3:PutObject",
            arn(change.name()),
            () ->
                unlessOther(
                    () ->
                        bare(
                            client
                                .putObject(request.build(), RequestBody.fromBytes(content.bytes()))
                                .eTag())));
    if (etag.isPresent()) {
      return etag.map(version -> new StoredDocument(content, version));
    }
    // The answer to a first attempt may have been lost, and we ourselves were faster.
    return edited(change.name(), edit).map(version -> new StoredDocument(content, version));
  }

  /** The version of a document, if it is of this edit. */
  private Optional<String> edited(String name, String edit) throws StoreException {
    return calls.call(
        "read",
        "s3:GetObject",
        arn(name),
        () ->
            unlessOther(
                    () ->
                        client.headObject(r -> r.bucket(location.bucket()).key(location.key(name))))
                .filter(object -> edit.equals(object.metadata().get(EDIT)))
                .map(object -> bare(object.eTag())));
  }

  private Optional<Optional<StoredDocument>> delete(Change change) throws StoreException {
    Optional<String> done =
        calls.call(
            "written",
            "s3:DeleteObject",
            arn(change.name()),
            () ->
                unlessOther(
                    () -> {
                      client.deleteObject(
                          request ->
                              request
                                  .bucket(location.bucket())
                                  .key(location.key(change.name()))
                                  .ifMatch(quoted(change.over().orElseThrow())));
                      return change.name();
                    }));
    return done.map(name -> Optional.empty());
  }

  static <T> Optional<T> unlessOther(Supplier<T> call) {
    try {
      return Optional.of(call.get());
    } catch (S3Exception e) {
      // 409: somebody else writes the same object just now; 404: it was deleted.
      if (e.statusCode() == 412
          || AwsCalls.code(e).equals("ConditionalRequestConflict")
          || AwsCalls.code(e).equals("NoSuchKey")
          || e instanceof NoSuchKeyException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private String arn(String name) {
    return "arn:aws:s3:::" + location.bucket() + "/" + location.key(name);
  }

  static String bare(String etag) {
    return etag.replace("\"", "");
  }

  static String quoted(String etag) {
    return '"' + etag + '"';
  }

  @Override
  public void close() {
    client.close();
  }
}
