package dev.heimdall.launcher.moving;

import java.nio.file.Path;

/** A line of a file of somebody else's. */
record Line(Path file, int number) {
  @Override
  public String toString() {
    return file.getFileName() + ":" + number;
  }
}
