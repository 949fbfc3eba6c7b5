package dev.heimdall.secrets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.AEADBadTagException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Form of documents in a secret: as they are; compressed, when a secret cannot hold that; and when
 * it cannot hold that either, compressed and encrypted in S3, with the place and the key in the
 * secret. So documents are read only with the right to read the secret.
 */
final class SecretForm implements AutoCloseable {
  /** The most bytes that Secrets Manager takes. */
  static final int LARGEST = 65_536;

  private static final String COMPRESSED = "gzip";
  private static final String ELSEWHERE = "s3";
  private static final String KEY = "key";
  private static final String BUCKET = "bucket";
  private static final String OBJECT = "object";

  private final StoreLocation.Secret location;
  private final AwsCalls calls;
  private S3Client client;

  SecretForm(StoreLocation.Secret location, AwsCalls calls) {
    this.location = location;
    this.calls = calls;
  }

  String encode(Map<String, Content> contents) throws StoreException {
    byte[] plain = Bundle.encode(contents);
    if (plain.length <= LARGEST) {
      return text(plain);
    }
    byte[] compressed = Bundle.compress(plain);
    byte[] packed = Bundle.bytes(Bundle.envelope().put(COMPRESSED, compressed));
    if (packed.length <= LARGEST) {
      return text(packed);
    }
    if (location.overflow().isEmpty()) {
      throw new StoreException(
          StoreException.Kind.OVERSIZED,
          "%s cannot hold the configuration: that has %,d bytes compressed, and a secret takes %,d. Name a place for what does not fit: secret:%s?overflow=s3://bucket/prefix."
              .formatted(location, packed.length, LARGEST, location.id()));
    }
    return text(Bundle.bytes(elsewhere(location.overflow().get(), compressed)));
  }

  /** An object of its own for each content: readers of the version before still find theirs. */
  private ObjectNode elsewhere(StoreLocation.Bucket overflow, byte[] compressed)
      throws StoreException {
    byte[] key = Seal.newKey();
    byte[] sealed = Seal.with(key).close(compressed, ELSEWHERE);
    String name = Content.of(sealed).hash() + ".sealed";
    String object = overflow.key(name);
    S3Client s3 = client();
    calls.call(
        "written",
        "s3:PutObject",
        overflow.arn(name),
        () ->
            s3.putObject(
                r -> r.bucket(overflow.bucket()).key(object), RequestBody.fromBytes(sealed)));
    ObjectNode root = Bundle.envelope();
    root.putObject(ELSEWHERE).put(BUCKET, overflow.bucket()).put(OBJECT, object).put(KEY, key);
    return root;
  }

  SortedMap<String, Content> decode(String text) throws StoreException {
    if (text == null) {
      throw corrupt("is binary");
    }
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      if (text.strip().equals("{}")) {
        return new TreeMap<>();
      }
      JsonNode root = Bundle.parse(bytes);
      if (root.has(COMPRESSED)) {
        return Bundle.decode(
            Bundle.decompress(Bundle.base64(root.path(COMPRESSED).asText(), COMPRESSED)));
      }
      if (root.has(ELSEWHERE)) {
        return Bundle.decode(Bundle.decompress(fetched(root.path(ELSEWHERE))));
      }
      return Bundle.documents(root);
    } catch (Bundle.Unreadable e) {
      throw corrupt(e.getMessage());
    }
  }

  private byte[] fetched(JsonNode pointer) throws StoreException, Bundle.Unreadable {
    String bucket = pointer.path(BUCKET).asText();
    String object = pointer.path(OBJECT).asText();
    byte[] key = Bundle.base64(pointer.path(KEY).asText(), KEY);
    if (bucket.isEmpty() || object.isEmpty() || key.length != Seal.KEY_BYTES) {
      throw new Bundle.Unreadable("names no object in S3 and a key to it");
    }
    S3Client s3 = client();
    byte[] sealed =
        calls.call(
            "read",
            "s3:GetObject",
            "arn:aws:s3:::" + bucket + "/" + object,
            () -> s3.getObjectAsBytes(r -> r.bucket(bucket).key(object)).asByteArray());
    try {
      return Seal.with(key).open(sealed, ELSEWHERE);
    } catch (AEADBadTagException e) {
      throw new Bundle.Unreadable(
          "names s3://" + bucket + "/" + object + ", which is not what was written there");
    }
  }

  private StoreException corrupt(String what) {
    return new StoreException(
        StoreException.Kind.CORRUPT,
        "%s holds no configuration of Heimdall: it %s. Name another secret, or set this one to {} and push the configuration again."
            .formatted(location, what));
  }

  private synchronized S3Client client() throws StoreException {
    if (client == null) {
      client = calls.client(BucketStore.builder(location.place()));
    }
    return client;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      client.close();
    }
  }
}
