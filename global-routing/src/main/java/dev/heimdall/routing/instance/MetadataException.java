package dev.heimdall.routing.instance;

import java.io.IOException;

/** The instance's metadata cannot be read; the message says why. */
public final class MetadataException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean absent;

  MetadataException(String message, boolean absent) {
    super(message);
    this.absent = absent;
  }

  /** True if there is no answer: this is no EC2 instance, or its metadata are switched off. */
  public boolean absent() {
    return absent;
  }
}
