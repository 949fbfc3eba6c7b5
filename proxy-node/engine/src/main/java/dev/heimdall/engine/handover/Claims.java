package dev.heimdall.engine.handover;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Decision which of two processes serves a client that is moving from one to the other. It is
 * memory of both, so that they agree even after their connection was lost, or one of them has died:
 * for each client the first decision counts. All methods are for any thread.
 */
public final class Claims {
  /** Clients on their way at the same time. */
  public static final int SLOTS = 64;

  private static final VarHandle WORDS =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final int BYTES = SLOTS * Long.BYTES;
  private static final int OWNER_BITS = 2;
  private static final int MOST_ROUNDS = Integer.MAX_VALUE / SLOTS;

  /** The process that serves a client. */
  public enum Owner {
    /** The one that it comes from. */
    OLD(1),
    /** The one that takes its place. */
    NEW(2);

    private final int code;

    Owner(int code) {
      this.code = code;
    }
  }

  /** A word for each slot: the client's number and its owner, or 0. */
  private final ByteBuffer words;

  private final boolean shared;
  private int round;

  private Claims(ByteBuffer words, boolean shared) {
    this.words = words;
    this.shared = shared;
  }

  /** Known to this process alone: the other one is of a release that shares none. */
  public static Claims unshared() {
    return new Claims(
        ByteBuffer.allocateDirect(BYTES + Long.BYTES).alignedSlice(Long.BYTES), false);
  }

  /** Makes the file through which two processes share them. */
  public static Claims create(Path file) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, new byte[BYTES]); // a full disk is noticed here, not by a fault of memory
    return open(file);
  }

  /** Those of another process. */
  public static Claims open(Path file) throws IOException {
    try (FileChannel bytes =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (bytes.size() != BYTES) {
        throw new IOException(file + " is not of this release");
      }
      return new Claims(bytes.map(FileChannel.MapMode.READ_WRITE, 0, BYTES), true);
    }
  }

  /** True if the other process has them, too, and frees what it has learnt. */
  public boolean shared() {
    return shared;
  }

  private static int at(int client) {
    return client % SLOTS * Long.BYTES;
  }

  private static long undecided(int client) {
    return (long) client << OWNER_BITS;
  }

  private long word(int client) {
    return (long) WORDS.getVolatile(words, at(client));
  }

  /** True if {@link #next} finds a number. */
  public boolean hasRoom() {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (word(slot) == 0) {
        return true;
      }
    }
    return false;
  }

  /** The number of a client that is offered; negative where too many are. */
  public synchronized int next() {
    for (int slot = 0; slot < SLOTS; slot++) {
      if (word(slot) == 0) {
        round = round % (MOST_ROUNDS - 1) + 1;
        int client = round * SLOTS + slot;
        WORDS.setVolatile(words, at(client), undecided(client));
        return client;
      }
    }
    return -1;
  }

  /**
   * Decides who serves a client, unless that was decided before.
   *
   * @return who does
   */
  public Owner settle(int client, Owner wished) {
    long open = undecided(client);
    WORDS.compareAndSet(words, at(client), open, open | wished.code);
    return owner(client);
  }

  /** Process that serves a client; null as long as that is not decided. */
  public Owner owner(int client) {
    long word = word(client);
    if (word == undecided(client)) {
      return null;
    }
    // A slot is freed early only by a process that does not take the client.
    return word == (undecided(client) | Owner.NEW.code) ? Owner.NEW : Owner.OLD;
  }

  /** Frees the slot of a client, as its owner no longer matters to any process. */
  public void free(int client) {
    WORDS.setVolatile(words, at(client), 0L);
  }
}
