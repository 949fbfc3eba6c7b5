package dev.heimdall.engine.config;

import dev.heimdall.secrets.DirectoryCommits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node from taking half a commit for a configuration: completes the one whose writer has
 * died, or says that it is not complete. For one thread.
 */
public final class CommitGate {
  private static final Logger LOG = LoggerFactory.getLogger(CommitGate.class);

  private final Path dir;
  private final DirectoryCommits commits;
  private Optional<String> problem = Optional.empty();

  /** Of a configuration directory. */
  public CommitGate(Path dir) {
    this.dir = dir;
    commits = new DirectoryCommits(dir);
  }

  /**
   * Reason that not all of the last commit can be seen; empty: all of it can. Logged when it
   * changes.
   */
  public Optional<String> incomplete() {
    Optional<String> now = look();
    if (now.isPresent() && !now.equals(problem)) {
      LOG.warn(
          "The last commit to the configuration directory {} is not complete: {}. A manager, or"
              + " `heimdall config`, with the permission to write there completes it",
          dir,
          now.get());
    }
    if (now.isEmpty() && problem.isPresent()) {
      LOG.info("The last commit to the configuration directory {} is complete", dir);
    }
    problem = now;
    return now;
  }

  private Optional<String> look() {
    try {
      return commits.visible()
          ? Optional.empty()
          : Optional.of("its writer has died, and this node must not write there");
    } catch (IOException e) {
      return Optional.of(e.toString());
    }
  }
}
