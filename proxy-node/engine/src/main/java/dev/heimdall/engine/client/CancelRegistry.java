package dev.heimdall.engine.client;

import dev.heimdall.engine.fleet.FleetNumbers;
import dev.heimdall.engine.fleet.KillOutcome;
import dev.heimdall.engine.fleet.KillRequest;
import dev.heimdall.engine.handover.StateReader;
import dev.heimdall.engine.handover.StateWriter;
import dev.heimdall.engine.wire.ServerError;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The cancel keys of this node's sessions. The process id that a client gets is the number of its
 * session in the fleet, which says whose it is.
 */
public final class CancelRegistry {
  private final FleetNumbers numbers;
  private final SecureRandom random;
  private final Map<Integer, Entry> sessions = new ConcurrentHashMap<>();
  private final OtherProcess other;

  /** Numbers of clients of another process that may come here, and so reserved for them. */
  private final Set<Integer> expected = ConcurrentHashMap.newKeySet();

  private int next;

  /**
   * The numbers that sessions have here, for a process to which they may go.
   *
   * @param last that was given to one
   */
  public record Numbers(int last, List<Integer> used) {
    public void write(StateWriter out) {
      out.number(last).number(used.size());
      used.forEach(out::number);
    }

    /** Reads numbers that {@link #write} has written. */
    public static Numbers read(StateReader in) {
      int last = in.number();
      List<Integer> used = new ArrayList<>();
      for (int left = in.count(); left > 0; left--) {
        used.add(in.number());
      }
      return new Numbers(last, used);
    }
  }

  /** Another process on this machine, whose clients cancel here. */
  public interface OtherProcess {
    /** Stands for no other process. */
    OtherProcess NONE =
        new OtherProcess() {
          @Override
          public boolean cancel(CancelKey key, Runnable done) {
            return false;
          }

          @Override
          public boolean kill(
              KillRequest request, ServerError lastWords, Consumer<KillOutcome> told) {
            return false;
          }
        };

    /**
     * Passes on a cancel request for a client that is unknown here.
     *
     * @param done runs on any thread when nothing more will happen, if it was passed on
     * @return whether it was
     */
    boolean cancel(CancelKey key, Runnable done);

    /**
     * Passes on a KILL for a client that is not known here.
     *
     * @param lastWords to the client whose session ends
     * @param told called once, on any thread, if it was passed on
     */
    boolean kill(KillRequest request, ServerError lastWords, Consumer<KillOutcome> told);
  }

  private record Entry(byte[] secret, Client client) {}

  public CancelRegistry(FleetNumbers numbers, SecureRandom random) {
    this(numbers, random, OtherProcess.NONE);
  }

  /**
   * @param other knows clients that are unknown here
   */
  public CancelRegistry(FleetNumbers numbers, SecureRandom random, OtherProcess other) {
    this.other = other;
    this.numbers = numbers;
    this.random = random;
    this.next = random.nextInt(numbers.mostSessions());
  }

  /** A free process id, for a client that is to be {@link #claim registered} later. */
  int reserve() {
    return register(null, new byte[0]);
  }

  /**
   * Reserves the process id that a client has from another process.
   *
   * @return true if it is unknown here
   */
  boolean reserve(int processId) {
    expected.remove(processId);
    return sessions.putIfAbsent(processId, new Entry(new byte[0], null)) == null;
  }

  /** Those of the sessions here. */
  public synchronized Numbers numbersInUse() {
    return new Numbers(next, List.copyOf(sessions.keySet()));
  }

  /**
   * Sessions with these numbers may come from another process, and so may those that it gives out
   * from now on: sessions that begin here get none of them.
   */
  public synchronized void expect(Numbers others) {
    expected.addAll(others.used());
    next = others.last() + numbers.mostSessions() / 2;
  }

  /** No more of them come. */
  public void expectNone() {
    expected.clear();
  }

  /** The secret of the session with this process id; empty where it has none. */
  byte[] secretOf(int processId) {
    Entry entry = sessions.get(processId);
    return entry == null ? new byte[0] : entry.secret();
  }

  /** Registers the client by an id that was {@link #reserve reserved} for it. */
  void claim(int processId, Client client, byte[] secret) {
    sessions.put(processId, new Entry(secret, client));
  }

  /** A free process id, registered for the client. */
  synchronized int register(Client client, byte[] secret) {
    while (true) {
      next = (next + 1) & numbers.mostSessions();
      int processId = numbers.ofSession(next);
      if (next != 0
          && !expected.contains(processId)
          && sessions.putIfAbsent(processId, new Entry(secret, client)) == null) {
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

  /** Numbering of sessions. */
  FleetNumbers numbers() {
    return numbers;
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

  /** True if another process on this machine takes the cancel request. */
  boolean passOn(CancelKey key, Runnable done) {
    return other.cancel(key, done);
  }

  /**
   * Cancels for another process on this machine.
   *
   * @param done runs on any thread when nothing more will happen
   */
  public void cancel(CancelKey key, Runnable done) {
    Client client = find(key);
    if (client == null) {
      done.run();
    } else {
      client.cancelFromAnyThread(done);
    }
  }

  /** True if another process on this machine takes the KILL. */
  boolean passOn(KillRequest request, ServerError lastWords, Consumer<KillOutcome> told) {
    return other.kill(request, lastWords, told);
  }

  /**
   * Kills for another process on this machine.
   *
   * @param told called once, on any thread
   */
  public void kill(KillRequest request, ServerError lastWords, Consumer<KillOutcome> told) {
    new SessionKill(this).carryOut(request, lastWords, told);
  }

  /** The client with this process id, for KILL; null for none. */
  public Client byId(int processId) {
    Entry entry = sessions.get(processId);
    return entry == null ? null : entry.client();
  }
}
