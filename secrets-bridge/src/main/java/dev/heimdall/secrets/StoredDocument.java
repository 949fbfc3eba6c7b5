package dev.heimdall.secrets;

/**
 * A document as it was read.
 *
 * @param version different after each change, in words of the store; a change of it names the
 *     version that it is made over
 */
public record StoredDocument(Content content, String version) {}
