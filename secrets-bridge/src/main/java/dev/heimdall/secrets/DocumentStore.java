package dev.heimdall.secrets;

import dev.heimdall.routing.sdk.AwsTimeouts;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * Documents that several processes read and write, none of which ever loses another's edit: a
 * document is only written over the version that its writer has read. The methods wait for disks
 * and networks, each for a bounded time, and may be called by any thread.
 *
 * <pre>{@code
 * try (DocumentStore store = DocumentStore.open(StoreLocation.of("s3://bucket/heimdall"))) {
 *   StoredDocument shop = store.read().all().get("vdbs/shop.json");
 *   store.write(List.of(Change.replace("vdbs/shop.json", edited, shop.version())));
 * }
 * }</pre>
 */
public interface DocumentStore extends AutoCloseable {
  /** The most bytes of one document. */
  int LARGEST = 1 << 20;

  /** The most bytes of all documents together. */
  int LARGEST_TOTAL = 16 << 20;

  /** The most documents. */
  int MOST = 10_000;

  /** Location of the store. */
  StoreLocation location();

  /** All documents as they are now; none, if there never were any. */
  Documents read() throws StoreException;

  /**
   * Reads all documents, unless they are still as they were read: this is cheap, and made for
   * polling.
   */
  Optional<Documents> readIfChanged(Documents known) throws StoreException;

  /**
   * Carries out all changes, or none if one of them is made over a version that is no longer there.
   * There are all of them or none, also when the writer dies. In a directory and in S3 an edit by
   * hand that comes between stays, and the failure names what was written besides; when the store
   * goes away once they are committed, it names all of them.
   *
   * @return all documents afterwards
   * @throws StoreException of the kind {@link StoreException.Kind#CONFLICT} when another writer was
   *     faster
   */
  Documents write(List<Change> changes) throws StoreException;

  /**
   * Has those who read whole commits ({@code commits=read}) read the documents as they are now, if
   * they do not yet; as {@link #write} does, and for what was written otherwise. Does nothing where
   * there are no commits.
   */
  default void commit() throws StoreException {}

  @Override
  void close();

  /** The store at a location, with the machine's own AWS credentials. No request is sent yet. */
  static DocumentStore open(StoreLocation location) throws StoreException {
    return open(location, DefaultCredentialsProvider.builder().build());
  }

  /** Opens the store at a location with given AWS credentials. */
  static DocumentStore open(StoreLocation location, AwsCredentialsProvider credentials)
      throws StoreException {
    return open(location, credentials, AwsCalls.PATIENCE);
  }

  /**
   * Opens a store that may be far, with given AWS credentials.
   *
   * @param patience how long its calls of AWS wait; a directory has its own
   */
  static DocumentStore open(
      StoreLocation location, AwsCredentialsProvider credentials, AwsTimeouts patience)
      throws StoreException {
    if (location instanceof StoreLocation.Directory directory) {
      return new DirectoryStore(directory);
    }
    if (location instanceof StoreLocation.Bucket bucket) {
      return BucketStore.open(bucket, credentials, patience);
    }
    return SecretStore.open((StoreLocation.Secret) location, credentials, patience);
  }
}
