package dev.heimdall.engine.client;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The cancel keys of this node's sessions. The process id that a client gets holds the node's id in
 * its upper bits, so that any node of the fleet can tell whose it is.
 *
 * <pre>
 *   bit 31      0 (process ids are positive)
 *   bits 30-19  node id, 1 to 4095
 *   bits 18-0   session number on the node
 * </pre>
 */
public final class CancelRegistry {
  private static final int SESSION_BITS = 19;
  private static final int SESSION_MASK = (1 << SESSION_BITS) - 1;

  private final int nodeId;
  private final SecureRandom random;
  private final Map<Integer, Entry> sessions = new ConcurrentHashMap<>();
  private int next;

  private record Entry(byte[] secret, Client client) {}

  public CancelRegistry(int nodeId, SecureRandom random) {
    this.nodeId = nodeId;
    this.random = random;
    this.next = random.nextInt(SESSION_MASK);
  }

  /** A free process id, for a client that is to be {@link #claim registered} later. */
  int reserve() {
    return register(null, new byte[0]);
  }

  /** Registers the client by an id that was {@link #reserve reserved} for it. */
  void claim(int processId, Client client, byte[] secret) {
    sessions.put(processId, new Entry(secret, client));
  }

  /** A free process id, registered for the client. */
  synchronized int register(Client client, byte[] secret) {
    while (true) {
      next = (next + 1) & SESSION_MASK;
      int processId = nodeId << SESSION_BITS | next;
      if (next != 0 && sessions.putIfAbsent(processId, new Entry(secret, client)) == null) {
        return processId;
      }
    }
  }

  byte[] newSecret(int length) {
    byte[] secret = new byte[length];
    random.nextBytes(secret);
    return secret;
  }

  void remove(int processId) {
    sessions.remove(processId);
  }

  public static int nodeOf(int processId) {
    return processId >>> SESSION_BITS;
  }

  /** Whether it can be a process id of a session: of this node, or of another one of the fleet. */
  static boolean isProcessId(long number) {
    return number > SESSION_MASK && number <= Integer.MAX_VALUE;
  }

  public int nodeId() {
    return nodeId;
  }

  /** The client with this key, or null; compares in constant time. */
  Client find(CancelKey key) {
    Entry entry = sessions.get(key.session());
    return entry != null
            && entry.client() != null
            && MessageDigest.isEqual(entry.secret(), key.secret())
        ? entry.client()
        : null;
  }

  /** The client with this process id, for KILL; null for none. */
  public Client byId(int processId) {
    Entry entry = sessions.get(processId);
    return entry == null ? null : entry.client();
  }
}
