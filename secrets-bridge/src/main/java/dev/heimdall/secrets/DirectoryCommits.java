package dev.heimdall.secrets;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The commits to a directory, for who reads its documents as files: while one is not wholly
 * visible, the files are a mixture.
 */
public final class DirectoryCommits {
  private final CommitLog log;

  /** Of a directory that may not be there, and need not be one of a store. */
  public DirectoryCommits(Path directory) {
    log = new CommitLog(directory.toAbsolutePath().normalize());
  }

  /**
   * Makes the last commit visible, whose writer may have died.
   *
   * @return false: some of it is not visible, and this process may not write there
   */
  public boolean visible() throws IOException {
    return log.settled().visible();
  }
}
