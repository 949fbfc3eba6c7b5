package dev.heimdall.manager.archive;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Place where managers have files of figures that others may read; each writes only its own. */
interface FigureCopies {
  /** One of them. */
  record Copy(String name, Instant written, long size) {}

  /** All that are there. */
  List<Copy> list() throws IOException;

  /**
   * Copies one of them, as it is at the moment.
   *
   * @param into what is there gives way
   * @throws java.nio.file.NoSuchFileException if it is not there any more
   */
  void fetch(String name, Path into) throws IOException;

  /** Deletes one, if it is there. */
  void delete(String name) throws IOException;
}
