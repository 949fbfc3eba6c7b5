package dev.heimdall.engine.boot;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** The file of a Unix domain socket, from before a listener binds it until clients may use it. */
record SocketFile(Path path) {
  private static final int KIND = 0170000;
  private static final int SOCKET = 0140000;

  /** Timeout for another process to make its socket. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration LOOKS = Duration.ofMillis(20);

  /**
   * Keeps other nodes from looking at the file, removing it and making theirs until it is closed:
   * between being made and being listened to, a socket looks like what a dead listener has left.
   *
   * @throws IOException when another one has it for long, or there can be none
   */
  FileChannel claim() throws IOException {
    Path folder = path.getParent();
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          "the folder " + folder + " does not exist. Make it for the node's user");
    }
    // It stays: one that is removed could be locked by who opened it before.
    Path lock = folder.resolve(path.getFileName() + ".heimdall");
    FileChannel claim =
        FileChannel.open(
            lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    try {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!isLocked(claim)) {
        if (System.nanoTime() - deadline > 0) {
          throw new IOException(
              "another process has had "
                  + lock
                  + " locked for "
                  + PATIENCE.toSeconds()
                  + " s. Stop it, or give another path");
        }
        LockSupport.parkNanos(LOOKS.toNanos());
      }
      return claim;
    } catch (IOException | RuntimeException e) {
      claim.close();
      throw e;
    }
  }

  private static boolean isLocked(FileChannel claim) throws IOException {
    try {
      return claim.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // another node of this process has it
    }
  }

  /**
   * Removes what a listener that died has left behind, under a {@link #claim}.
   *
   * @throws IOException when the file is another's, or cannot be there; the message says what to do
   */
  void makeRoom() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & KIND) != SOCKET) {
      throw new IOException("the file is there and no socket. Give another path, or remove it");
    }
    if (hasListener()) {
      throw new IOException("the socket is in use. Stop what listens there, or give another path");
    }
    Files.delete(path);
  }

  private boolean hasListener() throws IOException {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false); // a listener with a full queue is one, too
      probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException refused) {
      return false;
    }
  }

  /**
   * Lets those in whom the mode lets in. Until then the process's umask decides, which lets no
   * other user write to what is made unless the operator has widened it.
   *
   * @param mode octal digits
   */
  void admit(String mode) throws IOException {
    Files.setAttribute(path, "unix:mode", Integer.parseInt(mode, 8));
  }
}
