package dev.heimdall.model.report;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/**
 * Fingerprint of a configuration: the same wherever the same documents are. What nodes learn
 * themselves is no part of it, nor are files that the reader ignores.
 */
public final class ConfigurationHash {
  private static final String LEARNED = "learned";

  /** Hexadecimal digits that tell one configuration from another. */
  private static final int SHOWN = 16;

  private final MessageDigest digest;

  public ConfigurationHash() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** True if a file is part of it, by its path below the configuration's directory. */
  public static boolean counts(String name) {
    return !name.equals(LEARNED)
        && !name.startsWith(LEARNED + "/")
        && Stream.of(name.split("/"))
            .noneMatch(part -> part.startsWith(".") || part.endsWith(".md"));
  }

  /** The next file in alphabetical order of those that count. */
  public ConfigurationHash add(String name, byte[] content) {
    digest.update((name + "\n" + content.length + "\n").getBytes(StandardCharsets.UTF_8));
    digest.update(content);
    return this;
  }

  /** Of all that was added. */
  public String shown() {
    return HexFormat.of().formatHex(digest.digest()).substring(0, SHOWN);
  }
}
