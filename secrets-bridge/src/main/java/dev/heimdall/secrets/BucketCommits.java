package dev.heimdall.secrets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * State of all documents of a bucket after an edit, in one object beside them, which is written
 * before them: with it the edit is made. Who reads this one has a whole edit or the one before, and
 * never a part, whatever becomes of its writer, and in whatever order objects are replicated.
 */
final class BucketCommits {
  /** Its name; one with a dot is no document's. */
  static final String NAME = ".heimdall/commit.json";

  private static final String EDIT = "edit";
  private static final String ID = "id";
  private static final String STEPS = "steps";
  private static final String NAME_OF_STEP = "name";
  private static final String OVER = "over";
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

  /**
   * An edit of all documents.
   *
   * @param id of it alone
   * @param documents as they are to be after it; their version is that of the commit
   * @param steps what it has changed of the objects
   */
  record Commit(String id, Documents documents, List<Step> steps) {
    /** One whose objects need no change, or that an earlier version has written after them. */
    boolean hasNoSteps() {
      return steps.isEmpty();
    }
  }

  /**
   * An object that is to become what the commit says.
   *
   * @param over the version that it had before; empty: there was none
   */
  record Step(String name, Optional<String> over) {}

  /** The last one; empty: it is still the known one. */
  Optional<Commit> readIfChanged(Optional<String> known) throws StoreException {
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
      JsonNode root = Bundle.parse(bytes);
      Documents documents =
          Documents.hashed(
              Bundle.documents(root), BucketObjects.bare(read.get().response().eTag()));
      JsonNode edit = root.path(EDIT);
      List<Step> steps = new ArrayList<>();
      for (JsonNode step : edit.path(STEPS)) {
        steps.add(
            new Step(
                step.path(NAME_OF_STEP).asText(),
                Optional.ofNullable(step.path(OVER).textValue())));
      }
      return Optional.of(new Commit(edit.path(ID).asText(), documents, steps));
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
    known.ifPresent(etag -> request.ifNoneMatch(BucketObjects.quoted(etag)));
    Optional<Optional<ResponseBytes<GetObjectResponse>>> read =
        calls.call(
            "read",
            "s3:GetObject",
            location.arn(NAME),
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
        location.arn(),
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
   * @return its version; empty when another writer was faster
   */
  Optional<String> write(
      String id, SortedMap<String, Content> documents, List<Step> steps, Optional<String> over)
      throws StoreException {
    PutObjectRequest.Builder request =
        PutObjectRequest.builder()
            .bucket(location.bucket())
            .key(location.key(NAME))
            .contentType("application/json");
    over.ifPresentOrElse(
        etag -> request.ifMatch(BucketObjects.quoted(etag)), () -> request.ifNoneMatch("*"));
    ObjectNode root = Bundle.of(documents, Map.of());
    ArrayNode changed = root.putObject(EDIT).put(ID, id).putArray(STEPS);
    for (Step step : steps) {
      ObjectNode one = changed.addObject().put(NAME_OF_STEP, step.name());
      step.over().ifPresent(etag -> one.put(OVER, etag));
    }
    byte[] bytes = Bundle.bytes(root);
    Optional<String> written =
        calls.call(
            "written",
            "s3:PutObject",
            location.arn(NAME),
            () ->
                BucketObjects.unlessOther(
                    () ->
                        BucketObjects.bare(
                            client
                                .putObject(request.build(), RequestBody.fromBytes(bytes))
                                .eTag())));
    // The answer to a first attempt may have been lost, and we ourselves were faster.
    return written.isPresent()
        ? written
        : readIfChanged(over)
            .filter(commit -> commit.id().equals(id))
            .map(commit -> commit.documents().version());
  }

  /** True if this is the last one. */
  boolean isLast(String version) throws StoreException {
    return calls.call(
        "read",
        "s3:GetObject",
        location.arn(NAME),
        () ->
            BucketObjects.unlessOther(
                    () ->
                        client.headObject(
                            r ->
                                r.bucket(location.bucket())
                                    .key(location.key(NAME))
                                    .ifMatch(BucketObjects.quoted(version))))
                .isPresent());
  }
}
